/** Full finetuning: the encoder and its head all train (Devlin et al. 2019, section 3.2). */
import * as tf from '@tensorflow/tfjs-core'
import type { Preset, StrategyOptions } from '../../../shared/strategy'
import type { EncoderConfig } from '../models/config'
import { headParameters } from '../models/heads'
import { countValues, decays, expectedTensors, headTensors } from '../models/weights'
import { tensorOf } from '../parameters'
import type { Adaptation, Base, Strategy } from './adaptation'
import { resolveOptions, reuseHeadOption } from './options'

export const full: Strategy = {
  id: 'full',
  options: reuseHeadOption,
  describe(config, classes) {
    const parameters = countValues(expectedTensors(config)) + countValues(headTensors(config, classes))
    return {
      id: 'full',
      source: 'Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers, arXiv:1810.04805',
      trainableParameters: parameters,
      totalParameters: parameters,
      cachesEncoder: false,
      exportFormat: 'hugging-face',
      options: reuseHeadOption(config, classes),
      preset: preset(config),
    }
  },
  adapt,
}

function adapt({ config, weights, classes, options, random }: Base): Adaptation {
  const reuseHead = readReuseHead(config, classes, options)
  const encoder = expectedTensors(config)
    .filter(({ required }) => required)
    .map(({ name }) => ({ name, variable: tf.variable(tensorOf(weights, name)), decays: decays(name) }))
  const head = headParameters({ config, weights, classes, random, trainPooler: true, reuseHead })
  return { parameters: [...encoder, ...head], constantDepth: 0 }
}

function readReuseHead(config: EncoderConfig, classes: number, options: StrategyOptions): boolean {
  return resolveOptions('full', reuseHeadOption(config, classes), options).switched('reuseHead')
}

/** Smaller encoders bear, and on little data need, larger steps. */
function preset(config: EncoderConfig): Preset {
  const size = countValues(expectedTensors(config))
  const learningRate = size < 12e6 ? 2e-4 : size < 45e6 ? 1e-4 : 3e-5
  return { epochs: size < 45e6 ? 5 : 4, batchSize: 16, learningRate, weightDecay: 0.01, warmupShare: 0.1 }
}
