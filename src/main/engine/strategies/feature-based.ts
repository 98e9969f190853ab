/**
 * Feature-based: the frozen encoder turns each text into one vector (the mean over its tokens, or the first token's),
 * on which a logistic regression is fitted outside the training loop (Devlin et al. 2019, section 5.3).
 */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { OptionDescription } from '../../../shared/strategy'
import { linear } from '../layers/linear'
import type { EncoderConfig } from '../models/config'
import { encode } from '../models/encoder'
import type { Batch } from '../models/tuned-model'
import { countValues, expectedTensors } from '../models/weights'
import { tensorOf, type Weights } from '../parameters'
import type { Adaptation, Base, Strategy } from './adaptation'
import { resolveOptions } from './options'

export const poolings = ['mean', 'cls'] as const
export type Pooling = (typeof poolings)[number]

/** Names of the fitted parameters. */
export const regression = { weight: 'regression.weight', bias: 'regression.bias' } as const

export const featureBased: Strategy = {
  id: 'feature-based',
  options: describeOptions,
  describe(config, classes) {
    const encoder = countValues(expectedTensors(config).filter(({ required }) => required))
    const fitted = classes * (config.width + 1)
    return {
      id: 'feature-based',
      source:
        'Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers, section 5.3, arXiv:1810.04805',
      trainableParameters: fitted,
      totalParameters: encoder + fitted,
      cachesEncoder: true,
      exportFormat: 'features',
      options: describeOptions(),
      preset: { epochs: 1, batchSize: 32, learningRate: 1e-3, weightDecay: 0, warmupShare: 0 },
    }
  },
  adapt,
}

/** Throws `recipe-invalid` where an option does not fit. */
export function readPooling(options: Base['options']): Pooling {
  return resolveOptions('feature-based', describeOptions(), options).choice('pooling') as Pooling
}

/** The regression's weights [width, classes] and bias [classes]: zero until the fit is assigned to them. */
function adapt({ config, classes, options }: Base): Adaptation {
  readPooling(options) // refuses wrong options before anything is made
  const parameters = [
    { name: regression.weight, variable: zeros([config.width, classes]), decays: true },
    { name: regression.bias, variable: zeros([classes]), decays: false },
  ]
  return { parameters, constantDepth: 1 + config.layers }
}

/** One vector a text, [batch, 1, width]. */
export function pool(config: EncoderConfig, weights: Weights, pooling: Pooling, batch: Batch): Tensor3D {
  return tf.tidy(() => {
    const hidden = encode({ config, weights, mode: { training: false } }, batch)
    if (pooling === 'cls') return tf.slice(hidden, [0, 0, 0], [hidden.shape[0], 1, config.width])
    const mask = tf.expandDims(batch.attentionMask, 2) // [batch, time, 1]
    const sum = tf.sum(tf.mul(hidden, mask), 1, true)
    return tf.div(sum, tf.sum(mask, 1, true)) as Tensor3D
  })
}

/** Logits of the fitted regression for pooled vectors of [batch, width]. */
export function regress(weights: Weights, features: Tensor2D): Tensor2D {
  return tf.tidy(() => linear(features, tensorOf(weights, regression.weight), tensorOf(weights, regression.bias)))
}

function zeros(shape: number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.zeros(shape)))
}

function describeOptions(): OptionDescription[] {
  return [{ kind: 'choice', name: 'pooling', value: 'mean', choices: [...poolings] }]
}
