/** Quotes: what a run would cost here, from the prior or from a probe, corrected by finished runs. */
import { stat } from 'node:fs/promises'
import type { BackendId } from '../../shared/device'
import { Failure } from '../../shared/failure'
import type { Quote } from '../../shared/quote'
import type { Recipe, RecipeRequest } from '../../shared/recipe'
import type { RunResult } from '../../shared/result'
import type { ModelStrategyId } from '../../shared/strategy'
import { estimateDictionary } from '../quote/dictionary'
import { type Estimate, estimate, type RunFacts } from '../quote/prior'
import { estimateFromProbe } from '../quote/probe'
import { makeQuote, quotedSeconds, secondsOf } from '../quote/quote'
import type { QuoteStore } from '../store/quotes'
import type { DataCost } from '../trainer/contract'
import type { Trainer } from '../trainer/trainer'
import type { Backends } from './backends'
import { type Library, materialOf, problemOf } from './library'
import type { Prepared, Recipes } from './recipes'

export interface Quotes {
  create(input: { request: RecipeRequest; probe: boolean }): Promise<Quote>
  /** Ends the probe of a request that nobody waits for any more: its `create` fails with `cancelled`. */
  cancel(input: { request: RecipeRequest }): void
  /** The quote that was last given for exactly this recipe, or a new one from the prior. */
  forRun(prepared: Prepared): Promise<Quoted>
  /** Learns from a run that was not interrupted on its way. */
  learn(runId: string, quoted: Quoted, result: RunResult): void
}

export interface Quoted {
  quote: Quote
  /** Before correction. */
  estimate: Estimate
}

/** Finished runs that quotes learn from. */
const remembered = 100
/** Of rows as they are stored: a word, the space behind it, and what stands around each text. */
const bytesPerWord = 7

export function createQuotes({
  recipes,
  library,
  trainer,
  backends,
  store,
  freeMemoryBytes,
}: {
  recipes: Recipes
  library: Library
  trainer: Pick<Trainer, 'run' | 'start'>
  backends: Backends
  store: QuoteStore
  freeMemoryBytes: () => number
}): Quotes {
  const given = new Map<string, Quoted>()
  const dataCosts = new Map<string, Promise<DataCost>>()
  /** Of requests that are being probed. */
  const probes = new Map<string, AbortController>()

  /** Tokenizing takes a while; strategies that share a batch size and a length share the answer. */
  function dataCost(prepared: Prepared): Promise<DataCost> {
    const { recipe, dataset, model } = prepared
    const { batchSize, accumulationSteps, maxLength } = recipe
    const key = JSON.stringify([
      dataset.id,
      dataset.splitSeed,
      model.contentHash,
      batchSize,
      accumulationSteps,
      maxLength,
      recipe.template,
    ])
    const known = dataCosts.get(key)
    if (known !== undefined) return known
    const asked = trainer.run('data-cost', { material: materialOf(library, prepared), recipe })
    dataCosts.set(key, asked)
    asked.catch(() => dataCosts.delete(key))
    return asked
  }

  /** The dictionary needs no backend, so none is measured for it. */
  async function computeOn({ strategy, backend }: Recipe): Promise<Pick<RunFacts, 'backend' | 'gflops'>> {
    return strategy === 'dictionary' ? { backend: 'wasm', gflops: 0 } : backends.choose(backend)
  }

  /** Probes where a signal is given that can end it. */
  async function quote(prepared: Prepared, probe: AbortSignal | null): Promise<Quoted> {
    const { recipe, strategy } = prepared
    const { id } = strategy
    // A dictionary's words are counted on the processor, in a moment: there is nothing to try.
    const probed = probe !== null && id !== 'dictionary'
    const { backend, gflops } = await computeOn(recipe)
    const estimated =
      id === 'dictionary'
        ? await estimateWords(prepared)
        : await estimateModel(prepared, { id, backend, gflops, probe })
    const quoted = {
      estimate: estimated,
      quote: makeQuote({
        estimate: estimated,
        basis: probed ? 'probe' : 'prior',
        backend,
        strategy,
        recipe,
        experiences: store.latest(remembered),
        freeMemoryBytes: freeMemoryBytes(),
      }),
    }
    given.set(keyOf(recipe, backend), quoted)
    return quoted
  }

  async function estimateModel(
    prepared: Prepared,
    { id, probe, ...speed }: Pick<RunFacts, 'backend' | 'gflops'> & { id: ModelStrategyId; probe: AbortSignal | null },
  ): Promise<Estimate> {
    const { recipe, dataset, model, strategy } = prepared
    const facts = {
      shape: model,
      strategy: { ...strategy, id },
      options: recipe.options,
      problem: problemOf(dataset, recipe).kind,
      data: await dataCost(prepared),
      testTexts: dataset.splits.test,
      recipe,
      ...speed,
    }
    if (probe === null) return estimate(facts)
    if (probe.aborted) throw new Failure('cancelled', 'It was cancelled before it was measured.')
    const steps = trainer.start('probe', { material: materialOf(library, prepared), recipe })
    probe.addEventListener('abort', () => steps.cancel())
    return estimateFromProbe(await steps.done, facts)
  }

  async function estimateWords({ dataset, recipe }: Prepared): Promise<Estimate> {
    const { size } = await stat(library.rowsFile(dataset.id))
    return estimateDictionary({ texts: dataset.rows, words: size / bytesPerWord, options: recipe.options })
  }

  return {
    async create({ request, probe }) {
      if (!probe) return (await quote(await recipes.prepare(request), null)).quote
      const key = JSON.stringify(request)
      const ending = new AbortController()
      probes.set(key, ending)
      try {
        return (await quote(await recipes.prepare(request), ending.signal)).quote
      } finally {
        if (probes.get(key) === ending) probes.delete(key)
      }
    },
    cancel: ({ request }) => probes.get(JSON.stringify(request))?.abort(),
    async forRun(prepared) {
      const { backend } = await computeOn(prepared.recipe)
      return given.get(keyOf(prepared.recipe, backend)) ?? quote(prepared, null)
    },
    learn(runId, { quote, estimate }, result) {
      const { strategy, backend, basis } = quote
      store.record({
        runId,
        strategy,
        backend,
        basis,
        estimatedSeconds: secondsOf(estimate, result.epochs),
        estimatedMemoryBytes: estimate.memoryBytes,
        quotedSeconds: quotedSeconds(estimate, result.epochs, store.latest(remembered), { strategy, backend, basis }),
        actualSeconds: result.seconds,
        actualMemoryBytes: result.peakMemoryBytes,
        finishedAt: new Date().toISOString(),
      })
    },
  }
}

function keyOf(recipe: Recipe, backend: BackendId): string {
  return JSON.stringify([backend, Object.entries(recipe).sort(([left], [right]) => (left < right ? -1 : 1))])
}
