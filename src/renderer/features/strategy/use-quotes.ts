/** Quotes for all strategies: an estimate for each at once, then measured ones, one after another. */
import { useEffect, useState } from 'react'
import { Failure, toFailureRecord } from '../../../shared/failure'
import type { Quote } from '../../../shared/quote'
import type { RecipeRequest } from '../../../shared/recipe'
import type { StrategyId } from '../../../shared/strategy'
import { call } from '../../lib/api'
import type { QuoteState } from '../../lib/quote-state'

type States = Readonly<Partial<Record<StrategyId, QuoteState>>>

/** Quotes of this page's lifetime, by request. */
const estimated = new Map<string, Quote>()
const measured = new Map<string, Quote>()
/** Measurements under way or waiting, by request: one that is asked for again is not begun again. */
const underWay = new Map<string, Promise<Quote>>()
let lastMeasurement: Promise<unknown> = Promise.resolve()
/** Typing in a field asks for one quote, not for one a key. */
const settleMs = 400

/** `requests` in the order in which they should be measured. */
export function useQuotes(requests: readonly RecipeRequest[]): States {
  const [states, setStates] = useState<States>({})
  const key = JSON.stringify(requests)

  useEffect(() => {
    const wanted = JSON.parse(key) as RecipeRequest[]
    let current = true
    const show = (strategy: StrategyId, state: QuoteState) => {
      if (current) setStates((last) => ({ ...last, [strategy]: state }))
    }
    for (const request of wanted) {
      setStates((last) => ({ ...last, [request.strategy]: knownState(request, last[request.strategy]?.quote ?? null) }))
    }
    const timer = setTimeout(() => {
      giveUpAllBut(wanted)
      void quoteAll(wanted, show, () => current)
    }, settleMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [key])
  useEffect(() => () => giveUpAllBut([]), [])

  return states
}

function knownState(request: RecipeRequest, before: Quote | null): QuoteState {
  const key = JSON.stringify(request)
  const exact = measured.get(key)
  if (exact !== undefined) return { kind: 'measured', quote: exact }
  const quote = estimated.get(key)
  if (quote === undefined) return { kind: 'estimating', quote: before }
  return underWay.has(key) ? { kind: 'measuring', quote } : { kind: 'waiting', quote }
}

type Show = (strategy: StrategyId, state: QuoteState) => void

async function quoteAll(requests: readonly RecipeRequest[], show: Show, wanted: () => boolean): Promise<void> {
  const unmeasured = requests.filter((request) => !measured.has(JSON.stringify(request)))
  for (const request of unmeasured) {
    if (!wanted()) return
    try {
      const key = JSON.stringify(request)
      const quote = estimated.get(key) ?? (await call('quotes:create', { request, probe: false }))
      estimated.set(key, quote)
      show(request.strategy, { kind: 'waiting', quote })
    } catch (thrown) {
      show(request.strategy, { kind: 'failed', quote: null, failure: toFailureRecord(thrown) })
    }
  }
  for (const request of unmeasured) {
    const estimate = estimated.get(JSON.stringify(request))
    if (!wanted()) return
    if (estimate === undefined) continue
    show(request.strategy, { kind: 'measuring', quote: estimate })
    try {
      const quote = await measure(request)
      show(request.strategy, { kind: 'measured', quote })
    } catch (thrown) {
      show(request.strategy, { kind: 'failed', quote: estimate, failure: toFailureRecord(thrown) })
    }
  }
}

/** Measurements run one after another: two at a time would disturb each other's times. */
function measure(request: RecipeRequest): Promise<Quote> {
  const key = JSON.stringify(request)
  const begun = underWay.get(key)
  if (begun !== undefined) return begun
  const measurement: Promise<Quote> = lastMeasurement.then(() => {
    if (underWay.get(key) !== measurement) throw new Failure('cancelled', 'Nobody waits for it any more.')
    return call('quotes:create', { request, probe: true })
  })
  underWay.set(key, measurement)
  const leave = () => {
    if (underWay.get(key) === measurement) underWay.delete(key)
  }
  lastMeasurement = measurement.then((quote) => {
    measured.set(key, quote)
    leave()
  }, leave)
  return measurement
}

/** Measurements that nobody waits for any more would hold up those that somebody does. */
function giveUpAllBut(requests: readonly RecipeRequest[]): void {
  const wanted = new Set(requests.map((request) => JSON.stringify(request)))
  for (const key of [...underWay.keys()].filter((key) => !wanted.has(key))) {
    underWay.delete(key)
    // It may have ended in the meantime, or the connection with it.
    call('quotes:cancel', { request: JSON.parse(key) }).catch(() => undefined)
  }
}
