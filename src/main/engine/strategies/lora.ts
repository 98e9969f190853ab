/**
 * LoRA (Hu et al. 2021, arXiv:2106.09685): each chosen linear module gains a low-rank difference, y + s B A x, of which
 * only A and B train. As in PEFT: A starts uniform in +-1/sqrt(inputs), B at zero, s = alpha / rank.
 */

import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { OptionDescription, Preset, StrategyOptions } from '../../../shared/strategy'
import { dropout } from '../layers/dropout'
import { multiply } from '../layers/products'
import type { EncoderConfig } from '../models/config'
import { headParameters } from '../models/heads'
import { countValues, expectedTensors, headTensors, layerNames, projectionShape, projections } from '../models/weights'
import { type Parameter, tensorOf, type Weights } from '../parameters'
import type { Random } from '../random'
import type { Adaptation, Base, Site, Strategy } from './adaptation'
import { resolveOptions, reuseHeadOption } from './options'

export interface LoraSettings {
  readonly rank: number
  readonly alpha: number
  readonly dropout: number
  /** Module names as PEFT's target_modules: a site is adapted where its path ends in one of them. */
  readonly targets: readonly string[]
  readonly trainPooler: boolean
  readonly reuseHead: boolean
}

export const lora: Strategy = {
  id: 'lora',
  options: describeOptions,
  describe(config, classes, options = {}) {
    const settings = readLoraSettings(config, classes, options)
    const encoder = expectedTensors(config)
    const head = countValues(headTensors(config, classes))
    const pooler = settings.trainPooler ? countValues(encoder.filter(({ required }) => !required)) : 0
    const adapters = adaptedSites(config, settings.targets).reduce((sum, { projection }) => {
      const [inputs, outputs] = projectionShape(config, projection)
      return sum + settings.rank * (inputs + outputs)
    }, 0)
    return {
      id: 'lora',
      source: 'Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models, arXiv:2106.09685',
      trainableParameters: adapters + pooler + head,
      totalParameters: countValues(encoder) + adapters + head,
      cachesEncoder: false,
      exportFormat: 'peft',
      options: describeOptions(config, classes),
      preset: preset(config),
    }
  },
  adapt,
}

/** Throws `recipe-invalid` where an option is out of range. */
export function readLoraSettings(config: EncoderConfig, classes: number, options: StrategyOptions): LoraSettings {
  const resolved = resolveOptions('lora', describeOptions(config, classes), options)
  return {
    rank: resolved.number('rank'),
    alpha: resolved.number('alpha'),
    dropout: resolved.number('dropout'),
    targets: resolved.several('targets'),
    trainPooler: resolved.switched('trainPooler'),
    reuseHead: resolved.switched('reuseHead'),
  }
}

/** Parameters are named as in PEFT, without its "base_model.model." prefix; A is held as [in, rank], B as [rank, out]. */
function adapt({ config, weights, classes, options, random }: Base): Adaptation {
  const settings = readLoraSettings(config, classes, options)
  const scale = settings.alpha / settings.rank
  const sites = adaptedSites(config, settings.targets)
  const pairs = new Map(sites.map((site) => [site.path, createPair(config, site, settings.rank, random)]))
  const head = headParameters({ config, weights, classes, random, ...settings })
  return {
    parameters: [...[...pairs.values()].flatMap(({ a, b }) => [a, b]), ...head],
    constantDepth: 0,
    projected({ path }, input, output, mode) {
      const pair = pairs.get(path)
      if (!pair) return output
      const kept = dropout(input, settings.dropout, mode)
      const low = multiply(kept, pair.a.variable as Tensor as Tensor2D) // [rows, rank]
      return tf.add(output, tf.mul(multiply(low, pair.b.variable as Tensor as Tensor2D), scale))
    },
    merge(base: Weights) {
      const merged: Record<string, Tensor> = { ...base }
      for (const { name, variable } of head) merged[name] = variable
      for (const [path, { a, b }] of pairs) {
        const difference = () => multiply(a.variable as Tensor as Tensor2D, b.variable as Tensor as Tensor2D)
        const name = `${path}.weight`
        merged[name] = tf.tidy(() => tf.add(tensorOf(base, name), tf.mul(difference(), scale)))
      }
      return merged
    },
  }
}

/** The sites that PEFT would adapt for these target modules, in order. */
function adaptedSites(config: EncoderConfig, targets: readonly string[]): Site[] {
  return Array.from({ length: config.layers }, (_, layer) => layer).flatMap((layer) => {
    const names = layerNames(config, layer)
    return projections
      .map((projection) => ({ layer, projection, path: names[projection] }))
      .filter(({ path }) => targets.some((target) => path.endsWith(`.${target}`)))
  })
}

function createPair(config: EncoderConfig, { path, projection }: Site, rank: number, random: Random) {
  const [inputs, outputs] = projectionShape(config, projection)
  const own = random.fork(`${path}.lora_A.weight`)
  const bound = 1 / Math.sqrt(inputs)
  const start = Float32Array.from({ length: inputs * rank }, () => bound * (2 * own.next() - 1))
  const parameter = (name: string, initial: () => Tensor): Parameter => ({
    name: `${path}.${name}.weight`,
    variable: tf.tidy(() => tf.variable(initial())),
    decays: true,
  })
  return {
    a: parameter('lora_A', () => tf.tensor2d(start, [inputs, rank])),
    b: parameter('lora_B', () => tf.zeros([rank, outputs])),
  }
}

/**
 * BERT's pooler trains by default: sentence encoders leave it as pretraining left it or lack it, and what the classifier
 * reads through such a pooler costs accuracy that its few parameters buy back.
 */
function describeOptions(config: EncoderConfig, classes: number): OptionDescription[] {
  const bert = config.architecture === 'bert'
  const choices = bert
    ? ['query', 'key', 'value', 'attention.output.dense', 'intermediate.dense', 'output.dense']
    : ['q_lin', 'k_lin', 'v_lin', 'out_lin', 'lin1', 'lin2']
  return [
    { kind: 'number', name: 'rank', value: 8, minimum: 1, maximum: 256, step: 1 },
    { kind: 'number', name: 'alpha', value: 16, minimum: 1, maximum: 1024, step: 1 },
    { kind: 'number', name: 'dropout', value: 0.05, minimum: 0, maximum: 0.9, step: 0.05 },
    { kind: 'several', name: 'targets', value: bert ? ['query', 'value'] : ['q_lin', 'v_lin'], choices },
    ...(bert ? [{ kind: 'switch', name: 'trainPooler', value: true } as const] : []),
    ...reuseHeadOption(config, classes),
  ]
}

/** Smaller encoders bear, and in few epochs need, larger steps. */
function preset(config: EncoderConfig): Preset {
  const size = countValues(expectedTensors(config))
  const learningRate = size < 12e6 ? 2e-3 : size < 45e6 ? 1e-3 : 5e-4
  return { epochs: 8, batchSize: 16, learningRate, weightDecay: 0.01, warmupShare: 0.06 }
}
