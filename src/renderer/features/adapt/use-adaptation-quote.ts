/** What adapting would cost: an estimate at once, then one that was measured; other settings end the measurement. */
import { useEffect, useState } from 'react'
import type { AdaptationRequest } from '../../../shared/adaptation'
import { toFailureRecord } from '../../../shared/failure'
import type { Quote } from '../../../shared/quote'
import { call } from '../../lib/api'
import type { QuoteState } from '../../lib/quote-state'

/** Of this page's lifetime, by request. */
const measured = new Map<string, Quote>()
/** Typing in a field asks for one quote, not for one a key. */
const settleMs = 400

/** Null = nothing is to be quoted (any more). */
export function useAdaptationQuote(request: AdaptationRequest | null): QuoteState {
  const [state, setState] = useState<QuoteState>({ kind: 'estimating', quote: null })
  const key = request === null ? '' : JSON.stringify(request)

  useEffect(() => {
    if (key === '') return
    const wanted = JSON.parse(key) as AdaptationRequest
    const known = measured.get(key)
    setState((last) => (known ? { kind: 'measured', quote: known } : { kind: 'estimating', quote: last.quote }))
    if (known !== undefined) return
    let current = true
    let probing = false
    const show = (next: QuoteState) => {
      if (current) setState(next)
    }
    const measure = async () => {
      let estimate: Quote | null = null
      try {
        estimate = (await call('adaptations:quote', { request: wanted, probe: false })).quote
        if (!current) return
        show({ kind: 'measuring', quote: estimate })
        probing = true
        const { quote } = await call('adaptations:quote', { request: wanted, probe: true })
        measured.set(key, quote)
        show({ kind: 'measured', quote })
      } catch (thrown) {
        show({ kind: 'failed', quote: estimate, failure: toFailureRecord(thrown) })
      } finally {
        probing = false
      }
    }
    const timer = setTimeout(() => void measure(), settleMs)
    return () => {
      current = false
      clearTimeout(timer)
      // It may have ended in the meantime, or the connection with it.
      if (probing) call('adaptations:cancel-quote', { request: wanted }).catch(() => undefined)
    }
  }, [key])

  return state
}
