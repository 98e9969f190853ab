/**
 * Full finetuning: the base and its head all train (Devlin et al. 2019, section 3.2), or the upper layers alone. Lower
 * layers may take smaller steps (discriminative finetuning, Howard and Ruder 2018, arXiv:1801.06146, section 3.2).
 */
import * as tf from '@tensorflow/tfjs-core'
import type { OptionDescription, Preset, StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import { headParameters } from '../models/heads'
import { countValues, decays, type ExpectedTensor, expectedTensors, headTensors } from '../models/weights'
import { tensorOf } from '../parameters'
import type { Adaptation, Base, Strategy } from './adaptation'
import { learningRateFor } from './learning-rate'
import { misfitOf, requireFit } from './misfit'
import { type ResolvedOptions, resolveOptions, reuseHeadOption } from './options'
import { countWhole } from './reading-head'
import { depthBelow, firstLayerOf, upperLayersOption } from './upper-layers'

export const full: Strategy = {
  id: 'full',
  options: describeOptions,
  describe(config, outputs, options = {}) {
    const resolved = resolve(config, outputs, options)
    const misfit = misfitOf('full', config, outputs)
    const head = misfit ? [] : headTensors(config, outputs)
    return {
      id: 'full',
      source: 'Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers, arXiv:1810.04805',
      trainableParameters: countValues(trained(config, resolved)) + countValues(head),
      totalParameters: countWhole(config, outputs),
      exportFormats: ['hugging-face'],
      missingExports: [],
      misfit,
      options: describeOptions(config, outputs),
      preset: preset(config, outputs),
    }
  },
  adapt,
}

function adapt(base: Base): Adaptation {
  const { config, weights, outputs, options, random } = base
  requireFit('full', config, outputs)
  const resolved = resolve(config, outputs, options)
  const reuseHead = resolved.switched('reuseHead')
  const scale = (name: string) => resolved.number('layerDecay') ** (config.layers + 1 - heightOf(config, name))
  // Before the base is copied, since a head to be reused may be missing.
  const head =
    outputs === null ? [] : headParameters({ config, weights, outputs, random, trainPooler: true, reuseHead })
  const tensors = [
    ...trained(config, resolved).filter(({ required }) => required),
    ...(outputs === null ? headTensors(config, null) : []),
  ]
  const parameters = tensors.map(({ name }) => ({
    name,
    variable: tf.variable(tensorOf(weights, name)),
    decays: decays(name),
    learningRateScale: scale(name),
  }))
  return { parameters: [...parameters, ...head], constantDepth: depthBelow(firstLayerOf(config, resolved)) }
}

/** The base's tensors that train: all, or those from the first layer that changes upwards. */
function trained(config: ModelConfig, resolved: ResolvedOptions): ExpectedTensor[] {
  const firstLayer = firstLayerOf(config, resolved)
  return expectedTensors(config).filter(({ name }) => firstLayer === 0 || heightOf(config, name) > firstLayer)
}

/** 0 = the embeddings (and a language-model head tied to them), 1 + n = layer n, 1 + layers = all above. */
function heightOf(config: ModelConfig, name: string): number {
  const layer = /\.(?:layer|layers|h)\.(\d+)\./.exec(name)?.[1]
  if (layer !== undefined) return 1 + Number(layer)
  return /\.(embeddings|embed_tokens|wte|wpe)\./.test(name) ? 0 : 1 + config.layers
}

function resolve(config: ModelConfig, outputs: number | null, options: StrategyOptions): ResolvedOptions {
  return resolveOptions('full', describeOptions(config, outputs), options)
}

function describeOptions(config: ModelConfig, outputs: number | null): OptionDescription[] {
  return [
    upperLayersOption(config),
    { kind: 'number', name: 'layerDecay', value: 1, minimum: 0.5, maximum: 1, step: 0.05 },
    ...reuseHeadOption(config, outputs),
  ]
}

/** Small models, with larger steps to go, take longer. */
function preset(config: ModelConfig, outputs: number | null): Preset {
  const learningRate = learningRateFor(config, { at768: 5e-5, exponent: 1, shallow: 2 })
  const epochs = outputs === null ? 3 : config.width <= 512 ? 5 : 4
  return { epochs, batchSize: outputs === null ? 8 : 16, learningRate, weightDecay: 0.01, warmupShare: 0.1 }
}
