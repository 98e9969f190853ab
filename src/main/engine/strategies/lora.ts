/**
 * LoRA (Hu et al. 2021, arXiv:2106.09685): each chosen linear module gains a low-rank difference, y + s B A x, of which
 * only A and B train. As in PEFT: A starts uniform in +-1/sqrt(inputs), B at zero, s = alpha / rank, or alpha /
 * sqrt(rank) where the difference is to keep its size at high ranks (rsLoRA, Kalajdzievski 2023, arXiv:2312.03732).
 * With `decomposed`, it is DoRA (see dora.ts).
 */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { OptionDescription, Preset, StrategyOptions } from '../../../shared/strategy'
import { dropout } from '../layers/dropout'
import { multiply } from '../layers/products'
import type { ModelConfig } from '../models/config'
import { type Projection, projectionShape } from '../models/weights'
import { createParameter, type Parameter, tensorOf, type Weights } from '../parameters'
import type { Random } from '../random'
import type { Adaptation, Base, Site, Strategy } from './adaptation'
import { describeAddition } from './description'
import { createMagnitude, decompose, mergeDecomposed } from './dora'
import { learningRateFor } from './learning-rate'
import { requireFit } from './misfit'
import { type ResolvedOptions, resolveOptions } from './options'
import { readingHeadOptions, readingHeadParameters } from './reading-head'
import { sitesOf, targetChoices, targetName } from './sites'
import { depthBelow, firstLayerOf, upperLayersOption } from './upper-layers'

export interface LoraSettings {
  readonly rank: number
  readonly alpha: number
  readonly dropout: number
  /** Module names as PEFT's target_modules: a site is adapted where its path ends in one of them. */
  readonly targets: readonly string[]
  /** rsLoRA's scale. */
  readonly rankStabilized: boolean
  /** DoRA. */
  readonly decomposed: boolean
  /** The lowest layer that is adapted. */
  readonly firstLayer: number
}

export const lora: Strategy = {
  id: 'lora',
  options: describeOptions,
  describe(config, outputs, options = {}) {
    const resolved = resolve(config, outputs, options)
    const settings = settingsOf(config, resolved)
    const added = sitesOf(config, settings.targets, settings.firstLayer).reduce((sum, { projection }) => {
      const [inputs, out] = projectionShape(config, projection)
      return sum + settings.rank * (inputs + out) + (settings.decomposed ? out : 0)
    }, 0)
    return describeAddition(config, outputs, {
      id: 'lora',
      source: 'Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models, arXiv:2106.09685',
      added,
      resolved,
      exportFormats: ['peft', 'hugging-face'],
      missingExports: [],
      options: describeOptions(config, outputs),
      preset: preset(config, outputs),
    })
  },
  adapt,
}

/** Throws `recipe-invalid` where an option is out of range. */
export function readLoraSettings(config: ModelConfig, outputs: number | null, options: StrategyOptions): LoraSettings {
  return settingsOf(config, resolve(config, outputs, options))
}

interface Pair {
  readonly a: Parameter // [in, rank]
  readonly b: Parameter // [rank, out]
  /** DoRA alone. */
  readonly magnitude: Parameter | null // [out]
}

/** Parameters are named as in PEFT, without its "base_model.model." prefix. */
function adapt(base: Base): Adaptation {
  const { config, weights, outputs, options, random } = base
  requireFit('lora', config, outputs)
  const resolved = resolve(config, outputs, options)
  const settings = settingsOf(config, resolved)
  const head = readingHeadParameters(base, resolved)
  const sites = sitesOf(config, settings.targets, settings.firstLayer)
  const pairs = new Map(sites.map((site) => [site.path, createPair(base, site, settings, random)]))
  const scale = settings.alpha / (settings.rankStabilized ? Math.sqrt(settings.rank) : settings.rank)
  const product = ({ a, b }: Pair) => tf.mul(multiply(matrix(a), matrix(b)), scale) // [in, out]
  return {
    parameters: [
      ...[...pairs.values()].flatMap(({ a, b, magnitude }) => (magnitude ? [a, b, magnitude] : [a, b])),
      ...head,
    ],
    constantDepth: depthBelow(settings.firstLayer),
    projected({ path }, input, output, mode) {
      const pair = pairs.get(path)
      if (!pair) return output
      const kept = dropout(input, settings.dropout, mode)
      const difference: Tensor2D = tf.mul(multiply(multiply(kept, matrix(pair.a)), matrix(pair.b)), scale) // [rows, out]
      if (!pair.magnitude) return tf.add(output, difference)
      const weight = tensorOf(weights, `${path}.weight`) as Tensor2D
      const own = kept === input ? withoutBias(output, weights[`${path}.bias`]) : multiply(kept, weight)
      const { magnitude } = pair
      return decompose({ output, own, difference, magnitude, turned: () => tf.add<Tensor2D>(weight, product(pair)) })
    },
    merge(whole: Weights) {
      const merged: Record<string, Tensor> = { ...whole }
      for (const { name, variable } of head) merged[name] = variable
      for (const [path, pair] of pairs) {
        const name = `${path}.weight`
        merged[name] = tf.tidy(() => {
          const turned = tf.add(tensorOf(whole, name), product(pair)) as Tensor2D
          return pair.magnitude ? mergeDecomposed(turned, pair.magnitude) : turned
        })
      }
      return merged
    },
  }
}

function createPair({ weights }: Base, { path }: Site, { rank, decomposed }: LoraSettings, random: Random): Pair {
  const weight = tensorOf(weights, `${path}.weight`) as Tensor2D
  const [inputs, outputs] = weight.shape
  const [nameOfA, nameOfB] = [`${path}.lora_A.weight`, `${path}.lora_B.weight`]
  const own = random.fork(nameOfA)
  const bound = 1 / Math.sqrt(inputs)
  return {
    a: createParameter(nameOfA, [inputs, rank], true, () => bound * (2 * own.next() - 1)),
    b: createParameter(nameOfB, [rank, outputs], true, () => 0),
    magnitude: decomposed ? createMagnitude(path, weight) : null,
  }
}

function matrix({ variable }: Parameter): Tensor2D {
  return variable as Tensor as Tensor2D
}

function withoutBias(output: Tensor2D, bias: Tensor | undefined): Tensor2D {
  return bias ? tf.sub(output, bias) : output
}

function resolve(config: ModelConfig, outputs: number | null, options: StrategyOptions): ResolvedOptions {
  return resolveOptions('lora', describeOptions(config, outputs), options)
}

function settingsOf(config: ModelConfig, resolved: ResolvedOptions): LoraSettings {
  return {
    rank: resolved.number('rank'),
    alpha: resolved.number('alpha'),
    dropout: resolved.number('dropout'),
    targets: resolved.several('targets'),
    rankStabilized: resolved.switched('rankStabilized'),
    decomposed: resolved.switched('decomposed'),
    firstLayer: firstLayerOf(config, resolved),
  }
}

function describeOptions(config: ModelConfig, outputs: number | null): OptionDescription[] {
  const usual: Projection[] = config.architecture === 'gpt2' ? ['queryKeyValue'] : ['query', 'value']
  const value = usual.map((projection) => targetName(config, projection))
  return [
    { kind: 'number', name: 'rank', value: 8, minimum: 1, maximum: 256, step: 1 },
    { kind: 'number', name: 'alpha', value: 16, minimum: 1, maximum: 1024, step: 1 },
    { kind: 'number', name: 'dropout', value: 0.05, minimum: 0, maximum: 0.9, step: 0.05 },
    { kind: 'several', name: 'targets', value, choices: targetChoices(config) },
    { kind: 'switch', name: 'rankStabilized', value: false },
    { kind: 'switch', name: 'decomposed', value: false },
    upperLayersOption(config),
    ...readingHeadOptions(config, outputs),
  ]
}

function preset(config: ModelConfig, outputs: number | null): Preset {
  const learningRate = learningRateFor(config, { at768: 5e-4, exponent: 1, shallow: 2 })
  const epochs = outputs === null ? 3 : 8
  return { epochs, batchSize: outputs === null ? 8 : 16, learningRate, weightDecay: 0.01, warmupShare: 0.06 }
}
