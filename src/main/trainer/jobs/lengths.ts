/** How long a data set's texts are in tokens, and what that costs per epoch. */
import type { DatasetRow, SplitName } from '../../../shared/dataset'
import type { Problem } from '../../../shared/problem'
import type { Recipe } from '../../../shared/recipe'
import { lengthsForTraining, paddedTokens, planByLength, planEpoch } from '../../engine/data/batches'
import { chunksOf, type Example, type Tokenizer } from '../../engine/data/encode'
import { encodePrompts } from '../../engine/data/template'
import { inspectModel } from '../../engine/formats/hugging-face'
import { createRandom } from '../../engine/random'
import { objectiveOf } from '../../engine/training/objectives/index'
import type { DataCost } from '../contract'
import { loadTokenizer } from '../tokenizer'
import type { Job } from './context'
import { hashConfig, hashTexts } from './keeping'
import { encodeAll } from './load'
import { openModelFolder } from './model-folder'
import { readRows } from './rows'

export const tokenLengths: Job<'token-lengths'> = async ({ modelFolder, rowsFile, problem }, context) => {
  const { config } = await inspectModel(await openModelFolder(modelFolder))
  const tokenizer = await loadTokenizer(modelFolder, config)
  const rows = await readRows(rowsFile)
  const lengths: { id: number; tokens: number }[] = []
  for (const chunk of chunksOf(rows)) {
    const tokens = await lengthsOf(tokenizer, chunk, problem)
    for (const [index, { id }] of chunk.entries()) lengths.push({ id, tokens: tokens[index] ?? 0 })
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
  const objective = objectiveOf(material.problem)
  const encoded = async (split: SplitName) => {
    const texts = rows.filter((row) => row.split === split)
    return (await encodeAll(objective, { tokenizer, maxLength }, texts, context)).examples
  }
  const [train, validation, test] = [await encoded('train'), await encoded('validation'), await encoded('test')]
  const hashOf = (examples: readonly Example[]) => hashTexts(examples.map(({ tokenIds }) => tokenIds))
  const hashes = { train: hashOf(train), validation: hashOf(validation), test: hashOf(test) }
  return {
    ...costOf(train, validation, test, { ...recipe, maxLength }),
    hashes: { ...hashes, config: await hashConfig(material.modelFolder) },
  }
}

/** Tokens as they are computed: padded to their batches. */
export function costOf(
  train: readonly Example[],
  validation: readonly Example[],
  test: readonly Example[],
  recipe: Pick<Recipe, 'batchSize' | 'accumulationSteps' | 'maxLength' | 'seed'>,
): DataCost {
  const { batchSize } = recipe
  const lengths = lengthsForTraining(train, validation, recipe)
  const steps = planEpoch(train, { ...recipe, lengths, random: createRandom(recipe.seed).fork('shuffling') })
  const evaluated = (examples: readonly Example[]) => planByLength(examples, batchSize, lengths)
  const all = [...steps.flat(), ...evaluated(validation), ...evaluated(test)]
  return {
    trainingTokensPerEpoch: paddedTokens(steps.flat()),
    validationTokens: paddedTokens(evaluated(validation)),
    testTokens: paddedTokens(evaluated(test)),
    stepsPerEpoch: steps.length,
    longestBatchTokens: all.reduce((most, plan) => Math.max(most, paddedTokens([plan])), 0),
  }
}

/** A text with its special tokens; for an instruction, all that stands in its example. */
async function lengthsOf(
  tokenizer: Tokenizer,
  rows: readonly DatasetRow[],
  problem: Problem | undefined,
): Promise<number[]> {
  const texts = rows.map(({ text }) => text)
  if (problem?.kind !== 'instruction') return (await tokenizer.encode(texts, null)).map(({ length }) => length)
  const prompts = await encodePrompts(tokenizer, problem.template, texts)
  const responses = await tokenizer.encodePlain(rows.map(({ target }) => target))
  const closing = Math.min(1, tokenizer.endIds.length)
  return prompts.map(({ length }, index) => length + (responses[index]?.length ?? 0) + closing)
}
