/**
 * IA3 (Liu et al. 2022, arXiv:2205.05638): one trained factor for each value of the keys, of the values and inside the
 * feed-forward half, all starting at one. As in PEFT, feed-forward targets scale what they read and the others what they
 * give, bias included.
 */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { OptionDescription, Preset, StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import { type Projection, projectionShape } from '../models/weights'
import { createParameter, type Parameter, tensorOf, type Weights } from '../parameters'
import type { Adaptation, Base, Strategy } from './adaptation'
import { describeAddition } from './description'
import { learningRateFor } from './learning-rate'
import { requireFit } from './misfit'
import { type ResolvedOptions, resolveOptions } from './options'
import { gentleHead, readingHeadOptions, readingHeadParameters } from './reading-head'
import { sitesOf, targetChoices, targetName } from './sites'

export const ia3: Strategy = {
  id: 'ia3',
  options: describeOptions,
  describe(config, outputs, options = {}) {
    const resolved = resolve(config, outputs, options)
    const added = sitesOf(config, resolved.several('targets')).reduce(
      (sum, { projection }) => sum + factorsOf(config, projection),
      0,
    )
    return describeAddition(config, outputs, {
      id: 'ia3',
      source:
        'Liu et al. 2022, Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context Learning, arXiv:2205.05638',
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

/** Throws `recipe-invalid` where an option does not fit. */
export function readIa3Targets(config: ModelConfig, outputs: number | null, options: StrategyOptions): string[] {
  return resolve(config, outputs, options).several('targets')
}

/**
 * Whether a target scales what it reads. In BERT's family that holds for attention's output too, since PEFT's default
 * name for the feed-forward one, "output.dense", is the end of both.
 */
export function scalesInput({ architecture }: ModelConfig, projection: Projection): boolean {
  if (projection === 'feedForwardOut') return true
  return projection === 'attentionOutput' && /^(bert|roberta|xlm-roberta)$/.test(architecture)
}

/** Parameters are named as in PEFT, without its "base_model.model." prefix. */
function adapt(base: Base): Adaptation {
  const { config, outputs, options } = base
  requireFit('ia3', config, outputs)
  const resolved = resolve(config, outputs, options)
  const head = readingHeadParameters(base, resolved, gentleHead)
  const sites = sitesOf(config, resolved.several('targets'))
  const factors = new Map(
    sites.map(({ path, projection }) => [path, createFactors(path, factorsOf(config, projection))]),
  )
  const scaled = (x: Tensor2D, path: string): Tensor2D => {
    const parameter = factors.get(path)
    return parameter ? tf.mul(x, parameter.variable) : x
  }
  return {
    parameters: [...factors.values(), ...head],
    constantDepth: 0,
    projecting: ({ path, projection }, input) => (scalesInput(config, projection) ? scaled(input, path) : input),
    projected: ({ path, projection }, _, output) => (scalesInput(config, projection) ? output : scaled(output, path)),
    merge(whole: Weights) {
      const merged: Record<string, Tensor> = { ...whole }
      for (const { name, variable } of head) merged[name] = variable
      for (const { path, projection } of sites) {
        const { variable } = factors.get(path) as Parameter
        const rows = scalesInput(config, projection)
        const factor = () => (rows ? tf.reshape(variable, [-1, 1]) : variable)
        merged[`${path}.weight`] = tf.tidy(() => tf.mul(tensorOf(whole, `${path}.weight`), factor()))
        const bias = whole[`${path}.bias`]
        if (bias && !rows) merged[`${path}.bias`] = tf.tidy(() => tf.mul(bias, tf.reshape(variable, [-1])))
      }
      return merged
    },
  }
}

function factorsOf(config: ModelConfig, projection: Projection): number {
  const [inputs, outputs] = projectionShape(config, projection)
  return scalesInput(config, projection) ? inputs : outputs
}

/** Weight decay would pull them from one to zero, and the module with them. */
function createFactors(path: string, count: number): Parameter {
  return createParameter(`${path}.ia3_l`, [1, count], false, () => 1)
}

function resolve(config: ModelConfig, outputs: number | null, options: StrategyOptions): ResolvedOptions {
  return resolveOptions('ia3', describeOptions(config, outputs), options)
}

/** PEFT's default targets. It has none for DistilBERT, which gets the same modules as BERT but for attention's output. */
function describeOptions(config: ModelConfig, outputs: number | null): OptionDescription[] {
  const value = usualTargets(config).map((projection) => targetName(config, projection))
  return [
    { kind: 'several', name: 'targets', value, choices: targetChoices(config) },
    ...readingHeadOptions(config, outputs),
  ]
}

function usualTargets({ architecture }: ModelConfig): Projection[] {
  if (architecture === 'gpt2') return ['queryKeyValue', 'feedForwardOut']
  return [architecture === 'qwen2' ? 'query' : 'key', 'value', 'feedForwardOut']
}

function preset(config: ModelConfig, outputs: number | null): Preset {
  const learningRate = learningRateFor(config, { at768: 7e-3, exponent: 0.5 })
  const epochs = outputs === null ? 3 : 10
  return { epochs, batchSize: outputs === null ? 8 : 16, learningRate, weightDecay: 0, warmupShare: 0.06 }
}
