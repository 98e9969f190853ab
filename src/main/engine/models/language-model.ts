/** A whole model that learns from texts alone: everything trains, and it foresees tokens. */
import * as tf from '@tensorflow/tfjs-core'
import { type Parameters, tensorOf, type Weights } from '../parameters'
import type { Random } from '../random'
import type { ModelConfig } from './config'
import { createAdaptedModel, requireLanguageHead } from './create-tuned-model'
import { maskedHeadParameters } from './masked-head'
import type { TunedModel } from './tuned-model'
import { decays, expectedTensors, headTensors } from './weights'

/**
 * Takes the weights over: a folder's head for masked pieces is kept, a decoder's must be there. BERT's pooler, which no
 * token passes, stays beside them as it was. `random` decides a new head alone; its state does not move.
 * Throws `model-unsupported` where a decoder has no language-model head; the weights are freed then too.
 */
export function createLanguageModel({
  config,
  weights,
  random,
}: {
  config: ModelConfig
  weights: Weights
  random: Random
}): TunedModel {
  try {
    requireLanguageHead({ config, weights, outputs: null })
  } catch (thrown) {
    tf.dispose(Object.values(weights))
    throw thrown
  }
  const base = [...expectedTensors(config), ...(config.family === 'decoder' ? headTensors(config, null) : [])]
  const head = config.family === 'encoder' ? maskedHeadParameters(config, weights, random) : []
  const trained = base.filter(({ required }) => required)
  const parameters: Parameters = [
    ...trained.map(({ name }) => ({ name, variable: tf.variable(tensorOf(weights, name)), decays: decays(name) })),
    ...head,
  ]
  const names = new Set([...base, ...parameters].map(({ name }) => name))
  const kept = Object.entries(weights).filter(([name]) => names.has(name))
  tf.dispose(Object.entries(weights).flatMap(([name, tensor]) => (names.has(name) ? [] : [tensor])))
  return createAdaptedModel(
    { config, weights: Object.fromEntries(kept), outputs: null, options: {}, random },
    { parameters, constantDepth: 0 },
  )
}
