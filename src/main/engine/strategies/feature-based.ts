/**
 * Feature-based: the frozen base turns each text into one vector (the mean over its tokens, averaged over the last layers
 * or of the last alone, or one token's), on which a linear model is fitted outside the training loop: a logistic regression
 * for classes, a ridge regression for a number (Devlin et al. 2019, section 5.3).
 */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { OptionDescription } from '../../../shared/strategy'
import { linear } from '../layers/linear'
import type { ModelConfig } from '../models/config'
import { finalNorm } from '../models/forward'
import type { Pass } from '../models/pass'
import { textRow } from '../models/text-outputs'
import { countValues, expectedTensors } from '../models/weights'
import { createParameter, tensorOf, type Weights } from '../parameters'
import type { Adaptation, Base, Strategy } from './adaptation'
import { misfitOf, requireFit } from './misfit'
import { resolveOptions } from './options'

/** The last token is the one that has read the whole text in a decoder, as the first ([CLS]) has in an encoder. */
export const poolings = ['upper-mean', 'mean', 'cls', 'last'] as const
export type Pooling = (typeof poolings)[number]

/** Names of the fitted parameters. */
export const regression = { weight: 'regression.weight', bias: 'regression.bias' } as const

export const featureBased: Strategy = {
  id: 'feature-based',
  options: describeOptions,
  describe(config, outputs) {
    const base = countValues(expectedTensors(config).filter(({ required }) => required))
    const fitted = (outputs ?? 0) * (config.width + 1)
    return {
      id: 'feature-based',
      source:
        'Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers, section 5.3, arXiv:1810.04805',
      trainableParameters: fitted,
      totalParameters: base + fitted,
      exportFormats: ['features'],
      missingExports: [],
      misfit: misfitOf('feature-based', config, outputs),
      options: describeOptions(config),
      preset: { epochs: 1, batchSize: 32, learningRate: 1e-3, weightDecay: 0, warmupShare: 0 },
    }
  },
  adapt,
}

/** Throws `recipe-invalid` where an option does not fit. */
export function readPooling(config: ModelConfig, options: Base['options']): Pooling {
  return resolveOptions('feature-based', describeOptions(config), options).choice('pooling') as Pooling
}

/** The regression's weights [width, outputs] and bias [outputs]: zero until the fit is assigned to them. */
function adapt({ config, outputs, options }: Base): Adaptation {
  requireFit('feature-based', config, outputs)
  if (outputs === null) throw new Error('needs outputs; has a language model')
  readPooling(config, options) // refuses wrong options before anything is made
  const parameters = [
    createParameter(regression.weight, [config.width, outputs], true, () => 0),
    createParameter(regression.bias, [outputs], false, () => 0),
  ]
  return { parameters, constantDepth: 1 + config.layers }
}

/** A text's one vector from what the frozen base says of it, [batch, rows, width] -> [batch, width]. */
export function vectorOf(pass: Pass, pooling: Pooling, summary: Tensor3D): Tensor2D {
  if (pooling === 'mean' || pooling === 'upper-mean') return textRow(summary, pooling)
  return tf.tidy(() => finalNorm(pass, textRow(summary, 'position')))
}

/** Outputs of the fitted regression for pooled vectors of [batch, width]. */
export function regress(weights: Weights, features: Tensor2D): Tensor2D {
  return tf.tidy(() => linear(features, tensorOf(weights, regression.weight), tensorOf(weights, regression.bias)))
}

function describeOptions({ family }: ModelConfig): OptionDescription[] {
  const [value, token] = family === 'encoder' ? ['upper-mean', 'cls'] : ['mean', 'last']
  return [{ kind: 'choice', name: 'pooling', value, choices: ['upper-mean', 'mean', token] }]
}
