/** What quotes of every kind share: batches that fit, the prior or a probe, and what finished runs have taught. */
import { Failure } from '../../shared/failure'
import type { Quote } from '../../shared/quote'
import type { Recipe } from '../../shared/recipe'
import type { RunResult } from '../../shared/result'
import type { Run } from '../../shared/run'
import { cutInto, largestThatFits, quoteStep } from '../quote/micro-batch'
import { type Estimate, estimate, type RunFacts } from '../quote/prior'
import { estimateFromProbe } from '../quote/probe'
import { adapts, makeQuote, type QuoteFacts, quotedSeconds, secondsOf } from '../quote/quote'
import type { QuoteStore } from '../store/quotes'
import type { Material } from '../trainer/contract'
import type { Trainer } from '../trainer/trainer'

export interface Quoting {
  /** A few real steps are tried where a signal is given that can end them: it fails with `cancelled` then. */
  quote(work: ModelWork, probe: AbortSignal | null): Promise<Quoted>
  /** Whether by the prior there is memory for the recipe's own batches. */
  fits(facts: RunFacts, recipe: Recipe): boolean
  tell(estimate: Estimate, facts: EstimatedRun): Quoted
  /** Learns from a run that was not interrupted on its way. */
  learn(run: Pick<Run, 'id' | 'recipe'>, quoted: Quoted, result: RunResult): void
}

/** A run that computes a model. */
export interface ModelWork {
  facts: RunFacts
  material: Material
  recipe: Recipe
}

export interface Quoted {
  quote: Quote
  /** Before correction. */
  estimate: Estimate
}

type EstimatedRun = Pick<QuoteFacts, 'basis' | 'backend' | 'strategy' | 'recipe'>

/** Finished runs that quotes learn from. */
const remembered = 100

export function createQuoting({
  trainer,
  store,
  freeMemoryBytes,
}: {
  trainer: Pick<Trainer, 'start'>
  store: QuoteStore
  freeMemoryBytes: () => number
}): Quoting {
  const tell: Quoting['tell'] = (estimated, facts) => {
    const learntFrom = { experiences: store.latest(remembered), freeMemoryBytes: freeMemoryBytes() }
    return { quote: makeQuote({ ...facts, ...learntFrom, estimate: estimated }), estimate: estimated }
  }

  const fits: Quoting['fits'] = (facts, recipe) => {
    const { strategy, backend } = facts
    return tell(estimate(facts), { basis: 'prior', backend, strategy, recipe }).quote.fits
  }

  async function measure({ facts, material, recipe }: ModelWork, probe: AbortSignal): Promise<Estimate> {
    if (probe.aborted) throw new Failure('cancelled', 'It was cancelled before it was measured.')
    const steps = trainer.start('probe', { material, recipe })
    probe.addEventListener('abort', () => steps.cancel())
    return estimateFromProbe(await steps.done, facts)
  }

  return {
    tell,
    fits,
    async quote({ facts, material, recipe }, probe) {
      const { strategy, backend } = facts
      const step = largestThatFits(facts, (smaller) => fits(smaller, recipe))
      const cut = { facts: cutInto(facts, step), material, recipe: { ...recipe, ...step } }
      const estimated = probe === null ? estimate(cut.facts) : await measure(cut, probe)
      const { quote } = tell(estimated, { basis: probe === null ? 'prior' : 'probe', backend, strategy, recipe })
      return { estimate: estimated, quote: { ...quote, ...quoteStep(recipe, step) } }
    },
    learn({ id, recipe }, { quote, estimate }, result) {
      const wanted = { strategy: quote.strategy, adapts: adapts(recipe), backend: quote.backend, basis: quote.basis }
      store.record({
        runId: id,
        ...wanted,
        estimatedSeconds: secondsOf(estimate, result.epochs),
        estimatedMemoryBytes: estimate.memoryBytes,
        quotedSeconds: quotedSeconds(estimate, result.epochs, store.latest(remembered), wanted),
        actualSeconds: result.seconds,
        actualMemoryBytes: result.peakMemoryBytes,
        finishedAt: new Date().toISOString(),
      })
    },
  }
}
