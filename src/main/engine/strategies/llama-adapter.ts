/**
 * LLaMA-Adapter (Zhang et al. 2023, arXiv:2303.16199): the upper layers attend to a prompt of their own through a gate that
 * starts at zero, so that training begins at the unchanged model. The prompt's keys and values are the layer's own
 * projections of it, without rotary positions. By default with PEFT's one gate a layer; the paper's tanh of one gate a
 * head as an option.
 */
import type { Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { MissingExport, OptionDescription, Preset, StrategyOptions } from '../../../shared/strategy'
import { linear } from '../layers/linear'
import type { ModelConfig } from '../models/config'
import { modulePath, type Projection, projectionHasBias } from '../models/weights'
import { createParameter, type Parameter, tensorOf, type Weights } from '../parameters'
import type { Random } from '../random'
import type { Adaptation, AttentionPrefix, Base, Strategy } from './adaptation'
import { describeAddition } from './description'
import { requireFit } from './misfit'
import { type ResolvedOptions, resolveOptions } from './options'
import { readingHeadOptions, readingHeadParameters } from './reading-head'
import { depthBelow } from './upper-layers'

/** `peft`: one gate a layer. `original`: the hyperbolic tangent of one gate a head, as in the paper's code. */
export const variants = ['peft', 'original'] as const
export type Variant = (typeof variants)[number]

export const llamaAdapter: Strategy = {
  id: 'llama-adapter',
  options: describeOptions,
  describe(config, outputs, options = {}) {
    const resolved = resolve(config, outputs, options)
    const { layers, length, variant } = readShape(resolved)
    const missing = missingExport(config, variant)
    return describeAddition(config, outputs, {
      id: 'llama-adapter',
      source:
        'Zhang et al. 2023, LLaMA-Adapter: Efficient Fine-tuning of Language Models with Zero-init Attention, arXiv:2303.16199',
      added: layers * (length * config.width + gateSize(config, variant)),
      resolved,
      exportFormats: missing ? ['fino'] : ['peft', 'fino'],
      missingExports: missing ? [missing] : [],
      options: describeOptions(config, outputs),
      preset: preset(config),
    })
  },
  adapt,
}

interface Shape {
  /** How many layers, counted from the last. */
  readonly layers: number
  /** Rows of each layer's prompt. */
  readonly length: number
  readonly variant: Variant
}

function readShape(options: ResolvedOptions): Shape {
  const variant = options.choice('variant') as Variant
  return { layers: options.number('layers'), length: options.number('length'), variant }
}

function resolve(config: ModelConfig, outputs: number | null, options: StrategyOptions): ResolvedOptions {
  return resolveOptions('llama-adapter', describeOptions(config, outputs), options)
}

/** Path of the module whose difference the adapter is, as PEFT names it: "model.layers.3.self_attn". */
function attentionPath(config: ModelConfig, layer: number): string {
  const output = modulePath(config, layer, 'attentionOutput')
  return output.replace(/(\.output)?\.[^.]+$/, '')
}

/**
 * PEFT knows LLaMA, Mistral and GPT-2. It adds the output projection's bias twice, and takes for granted that heads times
 * head size is the width: where that matters, what it computes is something else.
 */
function missingExport(config: ModelConfig, variant: Variant): MissingExport | null {
  const known = ['llama', 'mistral', 'gpt2'].includes(config.architecture)
  const plain = config.heads * config.headSize === config.width && !repeatsBias(config)
  if (!known || !plain) return { format: 'peft', reason: 'architecture-refused' }
  return variant === 'peft' ? null : { format: 'peft', reason: 'options-refused' }
}

function repeatsBias(config: ModelConfig): boolean {
  return config.architecture !== 'gpt2' && projectionHasBias(config, 'attentionOutput')
}

interface LayerPrompt {
  readonly prompt: Parameter // [1, length, width]
  readonly gate: Parameter // [1] or [heads]
}

function adapt(base: Base): Adaptation {
  const { config, weights, outputs, random } = base
  requireFit('llama-adapter', config, outputs)
  const options = resolve(config, outputs, base.options)
  const shape = readShape(options)
  const lowest = config.layers - shape.layers
  // Before anything is made, since a head to be reused may be missing.
  const head = readingHeadParameters(base, options)
  const prompts = Array.from({ length: shape.layers }, (_, at) => createPrompt(config, lowest + at, shape, random))
  return {
    parameters: [...prompts.flatMap(({ prompt, gate }) => [prompt, gate]), ...head],
    constantDepth: depthBelow(lowest),
    attentionPrefix(layer): AttentionPrefix | undefined {
      const own = prompts[layer - lowest]
      if (!own) return undefined
      const rows = tf.reshape(own.prompt.variable, [shape.length, config.width]) as Tensor2D
      const { keys, values } = keysAndValues(config, weights, layer, rows)
      if (shape.variant === 'original') return { keys, values, gate: tf.tanh(own.gate.variable) }
      return { keys, values, gate: own.gate.variable, addedAfterOutput: config.architecture === 'gpt2' }
    },
  }
}

/** The layer's own projections of the prompt, biases included where the base has them. */
function keysAndValues(config: ModelConfig, weights: Weights, layer: number, rows: Tensor2D) {
  const project = (projection: Projection): Tensor2D => {
    const path = modulePath(config, layer, projection)
    return linear(rows, tensorOf(weights, `${path}.weight`), weights[`${path}.bias`])
  }
  if (config.architecture !== 'gpt2') return { keys: project('key'), values: project('value') }
  const [, keys, values] = tf.split(project('queryKeyValue'), 3, 1) as [Tensor2D, Tensor2D, Tensor2D]
  return { keys, values }
}

function gateSize({ heads }: ModelConfig, variant: Variant): number {
  return variant === 'peft' ? 1 : heads
}

/** As the paper's code and PEFT start it: prompt N(0, 1), gate 0. */
function createPrompt(config: ModelConfig, layer: number, { length, variant }: Shape, random: Random): LayerPrompt {
  const path = attentionPath(config, layer)
  const name = `${path}.adaption_prompt`
  const own = random.fork(name)
  return {
    prompt: createParameter(name, [1, length, config.width], true, () => own.normal()),
    gate: createParameter(`${path}.adaption_gate`, [gateSize(config, variant)], false, () => 0),
  }
}

/** The paper adapts the top 30 of LLaMA's 32 layers, with prompts of 10: here, too, all but the lowest sixteenth. */
function describeOptions(config: ModelConfig, outputs: number | null): OptionDescription[] {
  const layers = Math.max(1, config.layers - Math.max(1, Math.round(config.layers / 16)))
  return [
    { kind: 'number', name: 'layers', value: layers, minimum: 1, maximum: config.layers, step: 1 },
    { kind: 'number', name: 'length', value: 10, minimum: 1, maximum: 256, step: 1 },
    { kind: 'choice', name: 'variant', value: 'peft', choices: [...variants] },
    ...readingHeadOptions(config, outputs),
  ]
}

/** Gates that start closed need large steps to open. */
function preset(config: ModelConfig): Preset {
  const encoder = config.family === 'encoder'
  return { epochs: encoder ? 8 : 4, batchSize: 16, learningRate: 5e-3, weightDecay: 0.01, warmupShare: 0.06 }
}
