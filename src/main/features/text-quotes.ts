/** What adapting a model to texts would cost here, from the prior or from a probe. */
import { Failure } from '../../shared/failure'
import { isDecoder, type Model } from '../../shared/model'
import type { Quote } from '../../shared/quote'
import type { Recipe } from '../../shared/recipe'
import { cutInto, largestThatFits } from '../quote/micro-batch'
import { type Estimate, estimate, type RunFacts } from '../quote/prior'
import { estimateFromProbe } from '../quote/probe'
import { makeQuote } from '../quote/quote'
import type { QuoteStore } from '../store/quotes'
import type { Material } from '../trainer/contract'
import type { Trainer } from '../trainer/trainer'
import type { Backends } from './backends'

export interface TextQuotes {
  /** A few real steps are tried where a signal is given that can end them: it fails with `cancelled` then. */
  quote(input: TextsToQuote, probe: AbortSignal | null): Promise<Quote>
}

export interface TextsToQuote {
  model: Model
  recipe: Recipe
  material: Material
}

/** Finished runs that quotes learn from. */
const remembered = 100

export function createTextQuotes({
  trainer,
  backends,
  store,
  freeMemoryBytes,
}: {
  trainer: Pick<Trainer, 'run' | 'start'>
  backends: Pick<Backends, 'choose'>
  store: Pick<QuoteStore, 'latest'>
  freeMemoryBytes: () => number
}): TextQuotes {
  async function measure(
    input: { material: Material; recipe: Recipe },
    facts: RunFacts,
    probe: AbortSignal,
  ): Promise<Estimate> {
    if (probe.aborted) throw new Failure('cancelled', 'It was cancelled before it was measured.')
    const steps = trainer.start('probe', input)
    probe.addEventListener('abort', () => steps.cancel())
    return estimateFromProbe(await steps.done, facts)
  }

  return {
    async quote({ model, recipe, material }, probe) {
      const { backend, gflops } = await backends.choose(recipe.backend)
      const data = await trainer.run('data-cost', { material, recipe })
      const total = model.parameters + headParameters(model)
      const strategy = { id: 'full', trainableParameters: total, totalParameters: total } as const
      const facts: RunFacts = {
        shape: model,
        strategy: { ...strategy, exportFormats: ['hugging-face'] },
        options: recipe.options,
        problem: material.problem.kind,
        data,
        testTexts: 0,
        recipe,
        warm: false,
        backend,
        gflops,
      }
      const told = (estimated: Estimate, basis: Quote['basis']): Quote => {
        const learntFrom = { experiences: store.latest(remembered), freeMemoryBytes: freeMemoryBytes() }
        return makeQuote({ ...learntFrom, estimate: estimated, basis, backend, strategy, recipe })
      }
      const step = largestThatFits(facts, (smaller) => told(estimate(smaller), 'prior').fits)
      const cut = cutInto(facts, step)
      const quoted =
        probe === null
          ? told(estimate(cut), 'prior')
          : told(await measure({ material, recipe: { ...recipe, ...step } }, cut, probe), 'probe')
      return { ...quoted, ...(step.batchSize < recipe.batchSize && { smallerBatch: step.batchSize }) }
    },
  }
}

/** Of an encoder: a square map, a normalization, a bias for each word. A decoder's head belongs to the model. */
function headParameters({ architecture, width, vocabularySize }: Model): number {
  return isDecoder(architecture) ? 0 : width * width + 3 * width + vocabularySize
}
