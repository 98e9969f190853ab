/** What adapting a model to texts would cost here. */
import { isDecoder, type Model } from '../../shared/model'
import type { Recipe } from '../../shared/recipe'
import type { Material } from '../trainer/contract'
import type { Trainer } from '../trainer/trainer'
import type { Backends } from './backends'
import type { Quoted, Quoting } from './quoting'

export interface TextQuotes {
  /** A few real steps are tried where a signal is given that can end them: it fails with `cancelled` then. */
  quote(input: TextsToQuote, probe: AbortSignal | null): Promise<Quoted>
}

export interface TextsToQuote {
  model: Model
  recipe: Recipe
  material: Material
}

export function createTextQuotes({
  trainer,
  backends,
  quoting,
}: {
  trainer: Pick<Trainer, 'run'>
  backends: Pick<Backends, 'choose'>
  quoting: Quoting
}): TextQuotes {
  return {
    async quote({ model, recipe, material }, probe) {
      const { backend, gflops } = await backends.choose(recipe.backend)
      const data = await trainer.run('data-cost', { material, recipe })
      const total = model.parameters + headParameters(model)
      const strategy = { id: 'full', trainableParameters: total, totalParameters: total } as const
      const facts = {
        shape: model,
        strategy: { ...strategy, exportFormats: ['hugging-face' as const] },
        options: recipe.options,
        problem: material.problem.kind,
        data,
        testTexts: 0,
        recipe,
        warm: false,
        backend,
        gflops,
      }
      return await quoting.quote({ facts, material, recipe }, probe)
    },
  }
}

/** Of an encoder: a square map, a normalization, a bias for each word. A decoder's head belongs to the model. */
function headParameters({ architecture, width, vocabularySize }: Model): number {
  return isDecoder(architecture) ? 0 : width * width + 3 * width + vocabularySize
}
