/** Asking the application to do something: busy while it does, the failure afterwards if it could not. */
import { useCallback, useRef, useState } from 'react'
import { type FailureRecord, toFailureRecord } from '../../shared/failure'

export interface Action<Arguments extends unknown[], Value> {
  /** Resolves to undefined where it failed; `failure` then says why. A second call while busy does nothing. */
  run(...given: Arguments): Promise<Value | undefined>
  busy: boolean
  failure: FailureRecord | undefined
  forget(): void
}

export function useAction<Arguments extends unknown[], Value>(
  work: (...given: Arguments) => Promise<Value>,
): Action<Arguments, Value> {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<FailureRecord>()
  const latest = useRef(work)
  latest.current = work
  const running = useRef(false)

  const run = useCallback(async (...given: Arguments) => {
    if (running.current) return undefined
    running.current = true
    setBusy(true)
    setFailure(undefined)
    try {
      return await latest.current(...given)
    } catch (thrown) {
      setFailure(toFailureRecord(thrown))
      return undefined
    } finally {
      running.current = false
      setBusy(false)
    }
  }, [])
  const forget = useCallback(() => setFailure(undefined), [])
  return { run, busy, failure, forget }
}
