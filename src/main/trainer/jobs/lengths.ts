/** How long a data set's texts are in tokens, and what that costs per epoch. */
import type { DatasetRow, SplitName } from '../../../shared/dataset'
import type { Recipe } from '../../../shared/recipe'
import { paddedTokens, planByLength, planEpoch } from '../../engine/data/batches'
import type { Example } from '../../engine/data/encode'
import { inspectModel } from '../../engine/formats/hugging-face'
import { createRandom } from '../../engine/random'
import type { DataCost } from '../contract'
import { loadTokenizer } from '../tokenizer'
import type { Job } from './context'
import { encodeAll } from './load'
import { openModelFolder } from './model-folder'
import { readRows } from './rows'

const rowsAtOnce = 256

export const tokenLengths: Job<'token-lengths'> = async ({ modelFolder, rowsFile }, context) => {
  const { config } = await inspectModel(await openModelFolder(modelFolder))
  const tokenizer = await loadTokenizer(modelFolder, config)
  const rows = await readRows(rowsFile)
  const lengths: { id: number; tokens: number }[] = []
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const chunk = rows.slice(from, from + rowsAtOnce)
    const encoded = await tokenizer.encode(
      chunk.map(({ text }) => text),
      null,
    )
    for (const [index, { id }] of chunk.entries()) lengths.push({ id, tokens: encoded[index]?.length ?? 0 })
    context.counted(lengths.length, rows.length)
    await context.breathe()
  }
  return lengths
}

export const dataCost: Job<'data-cost'> = async ({ material, recipe }, context) => {
  const { config } = await inspectModel(await openModelFolder(material.modelFolder))
  const tokenizer = await loadTokenizer(material.modelFolder, config)
  const maxLength = Math.min(recipe.maxLength, config.maximumLength)
  const rows = await readRows(material.rowsFile)
  const encoded = (split: SplitName) => encodeAll(tokenizer, unlabelled(rows, split), maxLength, context)
  return costOf(await encoded('train'), await encoded('validation'), await encoded('test'), { ...recipe, maxLength })
}

/** Tokens as they are computed: padded to their batches. */
export function costOf(
  train: readonly Example[],
  validation: readonly Example[],
  test: readonly Example[],
  recipe: Pick<Recipe, 'batchSize' | 'accumulationSteps' | 'maxLength' | 'seed'>,
): DataCost {
  const { batchSize, maxLength } = recipe
  const steps = planEpoch(train, { ...recipe, random: createRandom(recipe.seed).fork('shuffling') })
  const evaluated = (examples: readonly Example[]) => planByLength(examples, batchSize, maxLength)
  const all = [...steps.flat(), ...evaluated(validation), ...evaluated(test)]
  return {
    trainingTokensPerEpoch: paddedTokens(steps.flat()),
    validationTokens: paddedTokens(evaluated(validation)),
    testTokens: paddedTokens(evaluated(test)),
    stepsPerEpoch: steps.length,
    longestBatchTokens: all.reduce((most, plan) => Math.max(most, paddedTokens([plan])), 0),
  }
}

function unlabelled(rows: readonly DatasetRow[], split: SplitName) {
  return rows.filter((row) => row.split === split).map(({ text }) => ({ text, label: 0 }))
}
