/** Quotes: what a run would cost here, from the prior or from a probe, corrected by finished runs. */
import { stat } from 'node:fs/promises'
import type { Dataset } from '../../shared/dataset'
import type { BackendId } from '../../shared/device'
import { keptPart } from '../../shared/kept-part'
import type { Quote } from '../../shared/quote'
import type { Recipe, RecipeRequest } from '../../shared/recipe'
import type { ModelStrategyId } from '../../shared/strategy'
import { isKept, keptName } from '../files/kept-outputs'
import { estimateDictionary } from '../quote/dictionary'
import { quotedStep, type Step } from '../quote/micro-batch'
import type { Estimate, RunFacts } from '../quote/prior'
import { reachOf } from '../quote/reach'
import type { DataCost, DataHashes, Jobs } from '../trainer/contract'
import type { Trainer } from '../trainer/trainer'
import type { Backends } from './backends'
import { type Library, materialOf, problemOf } from './library'
import type { Quoted, Quoting } from './quoting'
import type { Prepared, Recipes } from './recipes'

export interface Quotes {
  create(input: { request: RecipeRequest; probe: boolean }): Promise<Quote>
  /** Ends the probe of a request that nobody waits for any more: its `create` fails with `cancelled`. */
  cancel(input: { request: RecipeRequest }): void
  /** The quote that was last given for exactly this recipe, or a new one from the prior. */
  forRun(prepared: Prepared): Promise<Quoted>
  /** A run's step in smaller batches, where the memory has no room for the recipe's own. */
  stepFor(prepared: Prepared): Promise<Step | undefined>
}

/** Of rows as they are stored: a word, the space behind it, and what stands around each text. */
const bytesPerWord = 7

export function createQuotes({
  recipes,
  library,
  trainer,
  backends,
  quoting,
  keptFolder,
}: {
  recipes: Recipes
  library: Library
  trainer: Pick<Trainer, 'run'>
  backends: Backends
  quoting: Quoting
  /** Where frozen outputs are kept. */
  keptFolder: string
}): Quotes {
  const given = new Map<string, Quoted>()
  const dataCosts = new Map<string, Promise<Jobs['data-cost']['output']>>()
  /** Of requests that are being probed. */
  const probes = new Map<string, AbortController>()

  /** Tokenizing takes a while; strategies that share a batch size and a length share the answer. */
  function dataCost(prepared: Prepared): Promise<Jobs['data-cost']['output']> {
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
    const { backend, gflops } = await computeOn(recipe)
    let quoted: Quoted
    if (id === 'dictionary') {
      // Its words are counted on the processor, in a moment: there is nothing to try.
      quoted = quoting.tell(await estimateWords(prepared), { basis: 'prior', backend, strategy, recipe })
    } else {
      const { hashes, ...data } = await dataCost(prepared)
      const speed = { id, backend, gflops }
      const facts = factsOf(prepared, { ...speed, warm: isWarm(prepared, { id, backend }, hashes) }, data)
      quoted = await quoting.quote({ facts, material: materialOf(library, prepared), recipe }, probe)
    }
    given.set(keyOf(recipe, backend), quoted)
    return quoted
  }

  /** Whether all that the run needs of frozen layers was kept by an earlier one. */
  function isWarm(
    { recipe, model }: Prepared,
    { id, backend }: { id: ModelStrategyId; backend: BackendId },
    { config, ...splits }: DataHashes,
  ): boolean {
    const { constantLayers } = reachOf(id, recipe.options, model.layers)
    if (constantLayers === 0) return false
    const part = keptPart(constantLayers === model.layers ? null : constantLayers)
    const names = Object.values(splits).map((texts) =>
      keptName({ weights: model.contentHash, config, backend, part, texts }),
    )
    return names.every((name) => isKept(keptFolder, name))
  }

  function factsOf(
    { recipe, dataset, model, strategy }: Prepared,
    { id, ...known }: Pick<RunFacts, 'backend' | 'gflops' | 'warm'> & { id: ModelStrategyId },
    data: DataCost,
  ): RunFacts {
    const problem = problemOf(dataset, recipe).kind
    const { options } = recipe
    return {
      shape: model,
      strategy: { ...strategy, id },
      options,
      problem,
      data,
      testTexts: dataset.splits.test,
      recipe,
      ...known,
    }
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
    async stepFor(prepared) {
      const { recipe, dataset, model, strategy } = prepared
      const { id } = strategy
      if (id === 'dictionary') return undefined
      const { backend, gflops } = await computeOn(recipe)
      const told = given.get(keyOf(recipe, backend))
      // To count the texts' tokens may take a while: not where the longest that there can be have room.
      const longest = longestData(dataset.splits, recipe, Math.min(recipe.maxLength, model.maximumLength))
      const facts = factsOf(prepared, { id, backend, gflops, warm: false }, longest)
      if (!told && quoting.fits(facts, recipe)) return undefined
      return quotedStep(recipe, (told ?? (await quote(prepared, null))).quote)
    },
  }
}

/** As if every text were of the longest length. */
function longestData({ train, validation, test }: Dataset['splits'], recipe: Recipe, length: number): DataCost {
  const { batchSize, accumulationSteps } = recipe
  return {
    trainingTokensPerEpoch: train * length,
    validationTokens: validation * length,
    testTokens: test * length,
    stepsPerEpoch: Math.ceil(train / (batchSize * accumulationSteps)),
    longestBatchTokens: batchSize * length,
  }
}

function keyOf(recipe: Recipe, backend: BackendId): string {
  return JSON.stringify([backend, Object.entries(recipe).sort(([left], [right]) => (left < right ? -1 : 1))])
}
