/**
 * Head-only finetuning: the base is frozen and its head trains, which is what many comparisons call "BERT" and what
 * Wang 2023 (On Finetuning Large Language Models, Political Analysis 32:379-383) shows to understate it. The base's
 * output is a constant of the data, so that an epoch costs next to nothing.
 */
import type { Preset } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import { headParameters } from '../models/heads'
import { countValues, expectedTensors, headTensors } from '../models/weights'
import type { Adaptation, Base, Strategy } from './adaptation'
import { misfitOf, requireFit } from './misfit'
import { resolveOptions, reuseHeadOption } from './options'
import { countWhole } from './reading-head'

export const headOnly: Strategy = {
  id: 'head-only',
  options: reuseHeadOption,
  describe(config, outputs) {
    const pooler = countValues(expectedTensors(config).filter(({ required }) => !required))
    return {
      id: 'head-only',
      source: 'Raschka 2023, Understanding Parameter-Efficient Finetuning of Large Language Models',
      trainableParameters: outputs === null ? 0 : countValues(headTensors(config, outputs)) + pooler,
      totalParameters: countWhole(config, outputs),
      exportFormats: ['hugging-face'],
      missingExports: [],
      misfit: misfitOf('head-only', config, outputs),
      options: reuseHeadOption(config, outputs),
      preset: preset(config),
    }
  },
  adapt,
}

/** Trains all between what the base says of a text and the outputs: pooler, dense layer and classifier. */
function adapt({ config, weights, outputs, options, random }: Base): Adaptation {
  requireFit('head-only', config, outputs)
  if (outputs === null) throw new Error('needs outputs; has a language model')
  const reuseHead = resolveOptions('head-only', reuseHeadOption(config, outputs), options).switched('reuseHead')
  const parameters = headParameters({ config, weights, outputs, random, trainPooler: true, reuseHead })
  return { parameters, constantDepth: 1 + config.layers }
}

function preset({ width }: ModelConfig): Preset {
  return { epochs: 10, batchSize: 16, learningRate: width <= 512 ? 3e-3 : 1e-3, weightDecay: 0.01, warmupShare: 0.1 }
}
