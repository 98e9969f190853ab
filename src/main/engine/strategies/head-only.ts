/**
 * Head-only finetuning: the encoder is frozen and its head trains, which is what many comparisons call "BERT" and what
 * Wang 2023 (On Finetuning Large Language Models, Political Analysis 32:379-383) shows to understate it. The encoder's
 * output is a constant of the data, so that an epoch costs next to nothing.
 */
import type { Preset } from '../../../shared/strategy'
import type { EncoderConfig } from '../models/config'
import { headParameters } from '../models/heads'
import { countValues, expectedTensors, headTensors } from '../models/weights'
import type { Adaptation, Base, Strategy } from './adaptation'
import { resolveOptions, reuseHeadOption } from './options'

export const headOnly: Strategy = {
  id: 'head-only',
  options: reuseHeadOption,
  describe(config, classes) {
    const encoder = expectedTensors(config)
    const head = countValues(headTensors(config, classes))
    return {
      id: 'head-only',
      source: 'Raschka 2023, Understanding Parameter-Efficient Finetuning of Large Language Models',
      trainableParameters: head + countValues(encoder.filter(({ required }) => !required)),
      totalParameters: head + countValues(encoder),
      cachesEncoder: true,
      exportFormat: 'hugging-face',
      options: reuseHeadOption(config, classes),
      preset: preset(config),
    }
  },
  adapt,
}

/** Trains BERT's pooler or DistilBERT's pre_classifier, and the classifier. */
function adapt({ config, weights, classes, options, random }: Base): Adaptation {
  const reuseHead = resolveOptions('head-only', reuseHeadOption(config, classes), options).switched('reuseHead')
  const parameters = headParameters({ config, weights, classes, random, trainPooler: true, reuseHead })
  return { parameters, constantDepth: 1 + config.layers }
}

function preset({ width }: EncoderConfig): Preset {
  return { epochs: 10, batchSize: 16, learningRate: width <= 512 ? 3e-3 : 1e-3, weightDecay: 0.01, warmupShare: 0.1 }
}
