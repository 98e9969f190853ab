/** Reading from the application: a command's answer as state, refreshed by events and after a reconnection. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { CommandInput, CommandName, CommandOutput, EventName } from '../../shared/contract'
import { type FailureRecord, toFailureRecord } from '../../shared/failure'
import { call, listen } from './api'
import { pageConnection } from './connection'

export interface Query<Value> {
  /** The last answer, also while a newer one is on its way; undefined before the first. */
  value: Value | undefined
  failure: FailureRecord | undefined
  loading: boolean
  reload(): void
}

/** Instead of an input: ask nothing yet. */
export const skip = Symbol('skip')

/** Answers of this page's lifetime, so that a screen that was seen before appears at once and then refreshes. */
const seen = new Map<string, unknown>()

interface Answer<Value> {
  key: string
  value: Value | undefined
  failure: FailureRecord | undefined
}

export function useQuery<Name extends CommandName>(
  name: Name,
  input: CommandInput<Name> | typeof skip,
  refreshOn: readonly EventName[] = [],
): Query<CommandOutput<Name>> {
  const skipped = input === skip
  const key = skipped ? '' : JSON.stringify([name, input ?? null])
  const [answer, setAnswer] = useState<Answer<CommandOutput<Name>>>({ key: '', value: undefined, failure: undefined })
  const [round, setRound] = useState(0)
  const inputNow = useRef(input)
  inputNow.current = input

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks again; `key` stands for the input
  useEffect(() => {
    const given = inputNow.current
    if (given === skip) return
    let current = true
    call(name, given).then(
      (value) => {
        seen.set(key, value)
        if (current) setAnswer({ key, value, failure: undefined })
      },
      (thrown) => {
        if (current) setAnswer({ key, value: undefined, failure: toFailureRecord(thrown) })
      },
    )
    return () => {
      current = false
    }
  }, [name, key, round])

  const reload = useCallback(() => setRound((last) => last + 1), [])
  const eventNames = refreshOn.join(' ')
  useEffect(() => {
    const stops = eventNames === '' ? [] : eventNames.split(' ').map((event) => listen(event as EventName, reload))
    stops.push(
      pageConnection.subscribe(() => {
        if (pageConnection.state() === 'open') reload()
      }),
    )
    return () => {
      for (const stop of stops) stop()
    }
  }, [eventNames, reload])

  if (skipped) return { value: undefined, failure: undefined, loading: false, reload }
  if (answer.key === key) return { value: answer.value, failure: answer.failure, loading: false, reload }
  return { value: seen.get(key) as CommandOutput<Name> | undefined, failure: undefined, loading: true, reload }
}
