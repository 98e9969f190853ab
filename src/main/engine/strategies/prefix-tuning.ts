/**
 * Prefix tuning (Li and Liang 2021, arXiv:2101.00190): in every layer, the queries meet trained keys and values before
 * the text's own. Reparameterized, these are what a small network makes of trained embeddings, which steadies training;
 * afterwards the network's outputs are all that is kept.
 */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { OptionDescription, Preset, StrategyOptions } from '../../../shared/strategy'
import { linear } from '../layers/linear'
import type { ModelConfig } from '../models/config'
import { createParameter, type Parameter, type Parameters } from '../parameters'
import type { Random } from '../random'
import type { Adaptation, AttentionPrefix, Base, Strategy } from './adaptation'
import { describeAddition } from './description'
import { learningRateFor } from './learning-rate'
import { requireFit } from './misfit'
import { type ResolvedOptions, resolveOptions } from './options'
import { promptName } from './prompt-tuning'
import { gentleHead, readingHeadOptions, readingHeadParameters } from './reading-head'

/** Of the network: Linear(tanh(Linear(embedding))). PEFT holds the last map as one, for all layers side by side. */
export const prefixEncoder = {
  embedding: 'prefix_encoder.embedding.weight', // [virtual, token width]
  hidden: 'prefix_encoder.transform.0', // [token width, hidden]
  layer: (layer: number) => `prefix_encoder.transform.2.${layer}`, // [hidden, 2 * token width]: keys, then values
} as const

export const prefixTuning: Strategy = {
  id: 'prefix-tuning',
  options: describeOptions,
  describe(config, outputs, options = {}) {
    const resolved = resolve(config, outputs, options)
    const refused = config.architecture === 'distilbert'
    return describeAddition(config, outputs, {
      id: 'prefix-tuning',
      source: 'Li and Liang 2021, Prefix-Tuning: Optimizing Continuous Prompts for Generation, arXiv:2101.00190',
      added: countPrefix(config, resolved),
      resolved,
      exportFormats: [refused ? 'fino' : 'peft'],
      missingExports: [
        ...(refused ? [{ format: 'peft', reason: 'architecture-refused' } as const] : []),
        { format: 'adapterhub', reason: 'not-as-safetensors' },
      ],
      options: describeOptions(config, outputs),
      preset: preset(config, outputs, resolved),
    })
  },
  adapt,
}

/** Width of a layer's keys, as of its values. */
export function tokenWidth({ keyValueHeads, headSize }: ModelConfig): number {
  return keyValueHeads * headSize
}

function adapt(base: Base): Adaptation {
  const { config, outputs, options, random } = base
  requireFit('prefix-tuning', config, outputs)
  const resolved = resolve(config, outputs, options)
  const head = readingHeadParameters(base, resolved, gentleHead)
  const prefix = resolved.switched('reparameterized')
    ? encodedPrefix(config, resolved, random)
    : plainPrefix(config, resolved, random)
  return {
    parameters: [...prefix.parameters, ...head],
    constantDepth: 0,
    firstPosition: resolved.number('virtualTokens'),
    attentionPrefix: prefix.of,
  }
}

interface Prefix {
  readonly parameters: Parameters
  of(layer: number): AttentionPrefix
}

/** Side by side for each layer, keys and then values: the order of PEFT's columns. */
function plainPrefix(config: ModelConfig, resolved: ResolvedOptions, random: Random): Prefix {
  const width = tokenWidth(config)
  const shape = [resolved.number('virtualTokens'), 2 * config.layers * width]
  const parameter = normal(promptName, shape, config.initializerRange, random)
  return {
    parameters: [parameter],
    of: (layer) => cut(parameter.variable as Tensor as Tensor2D, 2 * layer * width, width),
  }
}

/** The last map starts at zero: PEFT's start, as large as the texts' own keys and values, drowns them at first. */
function encodedPrefix(config: ModelConfig, resolved: ResolvedOptions, random: Random): Prefix {
  const hiddenWidth = resolved.number('hiddenWidth')
  const width = tokenWidth(config)
  const embedding = normal(prefixEncoder.embedding, [resolved.number('virtualTokens'), width], 1, random)
  const hidden = affine(prefixEncoder.hidden, width, hiddenWidth, random)
  const layers = Array.from({ length: config.layers }, (_, layer) =>
    affine(prefixEncoder.layer(layer), hiddenWidth, 2 * width, null),
  )
  const apply = (x: Tensor, [weight, bias]: Affine) => linear(x as Tensor2D, weight.variable, bias.variable)
  return {
    parameters: [embedding, ...hidden, ...layers.flat()],
    // The hidden values again for each layer: they are few, and nothing says when a forward pass begins.
    of: (layer) => cut(apply(tf.tanh(apply(embedding.variable, hidden)), layers[layer] as Affine), 0, width),
  }
}

/** Keys from the column `begin` on, and values after them. */
function cut(both: Tensor2D, begin: number, width: number): AttentionPrefix {
  const [virtualTokens] = both.shape
  return {
    keys: tf.slice(both, [0, begin], [virtualTokens, width]),
    values: tf.slice(both, [0, begin + width], [virtualTokens, width]),
  }
}

type Affine = readonly [weight: Parameter, bias: Parameter]

/** Starts as torch's Linear, uniform in +-1/sqrt(inputs), or at zero where nothing is to be random. */
function affine(name: string, inputs: number, outputs: number, random: Random | null): Affine {
  const bound = 1 / Math.sqrt(inputs)
  const create = (part: string, shape: number[]): Parameter => {
    const own = random?.fork(`${name}.${part}`)
    return createParameter(`${name}.${part}`, shape, part === 'weight', () => (own ? bound * (2 * own.next() - 1) : 0))
  }
  return [create('weight', [inputs, outputs]), create('bias', [outputs])]
}

function normal(name: string, shape: number[], deviation: number, random: Random): Parameter {
  const own = random.fork(name)
  return createParameter(name, shape, true, () => deviation * own.normal())
}

function countPrefix(config: ModelConfig, resolved: ResolvedOptions): number {
  const virtualTokens = resolved.number('virtualTokens')
  const width = tokenWidth(config)
  if (!resolved.switched('reparameterized')) return virtualTokens * 2 * config.layers * width
  const hidden = resolved.number('hiddenWidth')
  return virtualTokens * width + (width + 1) * hidden + (hidden + 1) * 2 * config.layers * width
}

function resolve(config: ModelConfig, outputs: number | null, options: StrategyOptions): ResolvedOptions {
  return resolveOptions('prefix-tuning', describeOptions(config, outputs), options)
}

function describeOptions(config: ModelConfig, outputs: number | null): OptionDescription[] {
  const maximum = Math.min(256, Math.floor(config.maximumLength / 2))
  const hiddenWidth = Math.min(512, tokenWidth(config))
  return [
    { kind: 'number', name: 'virtualTokens', value: Math.min(20, maximum), minimum: 1, maximum, step: 1 },
    // The paper's gain is in writing; heads that read learn faster without, as P-tuning v2 (arXiv:2110.07602) finds too.
    { kind: 'switch', name: 'reparameterized', value: outputs === null },
    { kind: 'number', name: 'hiddenWidth', value: hiddenWidth, minimum: 1, maximum: 4096, step: 1 },
    ...readingHeadOptions(config, outputs),
  ]
}

/** Bare keys and values need larger steps than the network that makes them. */
function preset(config: ModelConfig, outputs: number | null, resolved: ResolvedOptions): Preset {
  const at768 = resolved.switched('reparameterized') ? 8e-3 : 2e-2
  const learningRate = learningRateFor(config, { at768, exponent: 0.5 })
  const epochs = outputs === null ? 3 : 8
  return { epochs, batchSize: outputs === null ? 8 : 16, learningRate, weightDecay: 0, warmupShare: 0.06 }
}
