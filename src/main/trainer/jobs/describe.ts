/** What can be said of a model without loading its values. */
import { outputsOf } from '../../../shared/problem'
import { describeDictionary } from '../../baselines/options'
import { inspectModel, type ModelInspection } from '../../engine/formats/hugging-face'
import { describeStrategies } from '../../engine/strategies/index'
import type { ModelFacts } from '../contract'
import { loadTokenizer } from '../tokenizer'
import type { Job } from './context'
import { hashFiles, naming, openModelFolder } from './model-folder'

/** Checks every tensor's name, shape and type, and that the tokenizer loads and fits the embeddings. */
export const describeModel: Job<'describe-model'> = async ({ modelFolder }): Promise<ModelFacts> => {
  const { config, parameters, weightFiles } = await inspect(modelFolder)
  await loadTokenizer(modelFolder, config)
  return {
    architecture: config.architecture,
    parameters,
    layers: config.layers,
    width: config.width,
    heads: config.heads,
    keyValueHeads: config.keyValueHeads,
    headSize: config.headSize,
    feedForwardWidth: config.feedForwardWidth,
    vocabularySize: config.vocabularySize,
    maximumLength: config.maximumLength,
    byteLength: weightFiles.reduce((sum, { byteLength }) => sum + byteLength, 0),
    contentHash: await hashFiles(modelFolder, weightFiles),
  }
}

export const describeAllStrategies: Job<'describe-strategies'> = async ({ modelFolder, problem, chosen }) => {
  const { config } = await inspect(modelFolder)
  const words = describeDictionary(problem, chosen?.strategy === 'dictionary' ? chosen.options : undefined)
  return [words, ...describeStrategies(config, outputsOf(problem), chosen)]
}

function inspect(modelFolder: string): Promise<ModelInspection> {
  return naming(modelFolder, async () => inspectModel(await openModelFolder(modelFolder)))
}
