/**
 * Bottleneck adapters: small networks of two layers at the end of a sublayer, A(z) = up(act(down(z))), after Houlsby et al.
 * 2019 (both halves of a layer), Pfeiffer et al. 2020 (the feed-forward half) and He et al. 2021 (beside the feed-forward
 * half). Computed as AdapterHub's `adapters` does for double_seq_bn, seq_bn and par_bn, and named as there.
 */
import type { Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { OptionDescription, Preset, StrategyOptions } from '../../../shared/strategy'
import { linear } from '../layers/linear'
import type { ModelConfig } from '../models/config'
import { layerNames } from '../models/weights'
import { createParameter, type Parameter } from '../parameters'
import type { Random } from '../random'
import type { Adaptation, Base, Meeting, Strategy, Sublayer } from './adaptation'
import { describeAddition } from './description'
import { requireFit } from './misfit'
import { type ResolvedOptions, resolveOptions } from './options'
import { countWhole, readingHeadOptions, readingHeadParameters } from './reading-head'

export const variants = ['pfeiffer', 'houlsby', 'parallel'] as const
export type Variant = (typeof variants)[number]

/** What a parallel adapter's output is multiplied by, as in He et al. 2021. */
export const parallelScale = 4

export const bottleneckAdapter: Strategy = {
  id: 'bottleneck-adapter',
  options: describeOptions,
  describe(config, outputs, options = {}) {
    const resolved = resolve(config, outputs, options)
    const { variant, inner } = readShape(config, resolved)
    const each = 2 * config.width * inner + inner + config.width
    return describeAddition(config, outputs, {
      id: 'bottleneck-adapter',
      source: sources[variant],
      added: each * config.layers * adaptedParts[variant].length,
      resolved,
      exportFormats: ['adapterhub', 'fino'],
      missingExports: [],
      options: describeOptions(config, outputs),
      preset: preset(config),
    })
  },
  adapt,
}

/** Throws `recipe-invalid` where an option is out of range. */
export function readBottleneckOptions(
  config: ModelConfig,
  outputs: number | null,
  options: StrategyOptions,
): { variant: Variant; reductionFactor: number } {
  const resolved = resolve(config, outputs, options)
  return { variant: readShape(config, resolved).variant, reductionFactor: resolved.number('reductionFactor') }
}

interface Shape {
  readonly variant: Variant
  /** Width of the bottleneck. */
  readonly inner: number
}

function readShape(config: ModelConfig, options: ResolvedOptions): Shape {
  const inner = Math.max(1, Math.floor(config.width / options.number('reductionFactor')))
  return { variant: options.choice('variant') as Variant, inner }
}

function resolve(config: ModelConfig, outputs: number | null, options: StrategyOptions): ResolvedOptions {
  return resolveOptions('bottleneck-adapter', describeOptions(config, outputs), options)
}

/** The halves of a layer that get an adapter. */
const adaptedParts = {
  pfeiffer: ['feedForward'],
  houlsby: ['attention', 'feedForward'],
  parallel: ['feedForward'],
} as const satisfies Record<Variant, readonly Sublayer['part'][]>

const sources = {
  pfeiffer:
    'Pfeiffer et al. 2020, AdapterFusion: Non-Destructive Task Composition for Transfer Learning, arXiv:2005.00247',
  houlsby: 'Houlsby et al. 2019, Parameter-Efficient Transfer Learning for NLP, arXiv:1902.00751',
  parallel: 'He et al. 2021, Towards a Unified View of Parameter-Efficient Transfer Learning, arXiv:2110.04366',
} as const satisfies Record<Variant, string>

/** AdapterHub's module path of an adapter, without its name: "bert.encoder.layer.0.output.adapters". */
export function adapterPath(config: ModelConfig, { layer, part }: Sublayer): string {
  const { attentionNorm, feedForwardNorm } = layerNames(config, layer)
  const norm = part === 'attention' ? attentionNorm : feedForwardNorm
  if (norm.endsWith('.LayerNorm')) return norm.replace(/LayerNorm$/, 'adapters')
  const [layerPath] = norm.match(/^.*\.\d+(?=\.)/) ?? []
  return `${layerPath}.${part === 'attention' ? 'attention' : 'output'}_adapters.adapters`
}

interface Bottleneck {
  readonly downWeight: Parameter // [width, inner]
  readonly downBias: Parameter // [inner]
  readonly upWeight: Parameter // [inner, width]
  readonly upBias: Parameter // [width]
}

function adapt(base: Base): Adaptation {
  const { config, outputs, random } = base
  requireFit('bottleneck-adapter', config, outputs)
  const options = resolve(config, outputs, base.options)
  const shape = readShape(config, options)
  const { variant } = shape
  // Before anything is made, since a head to be reused may be missing.
  const head = readingHeadParameters(base, options)
  const adapters = new Map<string, Bottleneck>()
  for (let layer = 0; layer < config.layers; layer++)
    for (const part of adaptedParts[variant]) {
      const path = adapterPath(config, { layer, part })
      adapters.set(path, createBottleneck(config, path, shape, random))
    }
  return {
    parameters: [...[...adapters.values()].flatMap((adapter) => Object.values(adapter) as Parameter[]), ...head],
    constantDepth: 0,
    joined(sublayer, meeting) {
      const sum: Tensor2D = tf.add(meeting.output, meeting.residual)
      const adapter = adapters.get(adapterPath(config, sublayer))
      return adapter ? tf.add(difference(variant, adapter, meeting), sum) : sum
    },
  }
}

/** What an adapter adds to output + residual. Pfeiffer's reads the sum normalized, which is then normalized once more. */
function difference(variant: Variant, adapter: Bottleneck, { output, residual, normalize }: Meeting): Tensor2D {
  switch (variant) {
    case 'pfeiffer':
      return passThrough(adapter, normalize(tf.add(output, residual)), tf.relu)
    case 'houlsby':
      return passThrough(adapter, output, (x) => tf.mul(x, tf.sigmoid(x)))
    case 'parallel':
      return tf.mul(passThrough(adapter, residual, tf.relu), parallelScale)
    default:
      return variant satisfies never
  }
}

function passThrough(adapter: Bottleneck, x: Tensor2D, activate: (x: Tensor2D) => Tensor2D): Tensor2D {
  const inner = activate(linear(x, adapter.downWeight.variable, adapter.downBias.variable)) // [rows, inner]
  return linear(inner, adapter.upWeight.variable, adapter.upBias.variable)
}

/** As `adapters` starts them: N(0, 0.02); parallel ones with down uniform in +-1/sqrt(inputs) and up at zero. */
function createBottleneck(config: ModelConfig, path: string, { variant, inner }: Shape, random: Random): Bottleneck {
  const { width } = config
  const matrix = (module: string, shape: [number, number], draw: (own: Random) => number): Parameter => {
    const name = `${path}.${module}.weight`
    const own = random.fork(name)
    return createParameter(name, shape, true, () => draw(own))
  }
  const bias = (module: string, size: number) => createParameter(`${path}.${module}.bias`, [size], false, () => 0)
  const normal = (own: Random) => 0.02 * own.normal()
  const uniform = (own: Random) => (2 * own.next() - 1) / Math.sqrt(width)
  const parallel = variant === 'parallel'
  return {
    downWeight: matrix('adapter_down.0', [width, inner], parallel ? uniform : normal),
    downBias: bias('adapter_down.0', inner),
    upWeight: matrix('adapter_up', [inner, width], parallel ? () => 0 : normal),
    upBias: bias('adapter_up', width),
  }
}

function describeOptions(config: ModelConfig, outputs: number | null): OptionDescription[] {
  return [
    { kind: 'choice', name: 'variant', value: 'pfeiffer', choices: [...variants] },
    { kind: 'number', name: 'reductionFactor', value: 16, minimum: 1, maximum: 256, step: 1 },
    ...readingHeadOptions(config, outputs),
  ]
}

/** New layers need larger steps than pretrained ones, decoders smaller ones than encoders. */
function preset(config: ModelConfig): Preset {
  const size = countWhole(config, null)
  const largest = config.family === 'encoder' ? 1 : 0.5
  const learningRate = largest * (size < 45e6 ? 1e-3 : size < 400e6 ? 4e-4 : 2e-4)
  return {
    epochs: config.family === 'encoder' ? 8 : 3,
    batchSize: 16,
    learningRate,
    weightDecay: 0.01,
    warmupShare: 0.06,
  }
}
