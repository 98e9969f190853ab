/**
 * Prompt tuning (Lester et al. 2021, arXiv:2104.08691): embeddings of tokens that no text holds are put in front of every
 * text, and they alone train, with the head where there is one.
 */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import type { OptionDescription, Preset, StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import { embeddingNames } from '../models/weights'
import { tensorOf } from '../parameters'
import type { Adaptation, Base, Strategy } from './adaptation'
import { describeAddition } from './description'
import { learningRateFor } from './learning-rate'
import { requireFit } from './misfit'
import { type ResolvedOptions, resolveOptions } from './options'
import { gentleHead, readingHeadOptions, readingHeadParameters } from './reading-head'

/** PEFT's name for what is put in front; prefix tuning has its own under the same name. */
export const promptName = 'prompt_embeddings'

const initializations = ['vocabulary', 'text', 'random'] as const

export const promptTuning: Strategy = {
  id: 'prompt-tuning',
  options: describeOptions,
  describe(config, outputs, options = {}) {
    const resolved = resolve(config, outputs, options)
    return describeAddition(config, outputs, {
      id: 'prompt-tuning',
      source: 'Lester et al. 2021, The Power of Scale for Parameter-Efficient Prompt Tuning, arXiv:2104.08691',
      added: resolved.number('virtualTokens') * config.width,
      resolved,
      exportFormats: ['peft'],
      missingExports: [],
      options: describeOptions(config, outputs),
      preset: preset(config, outputs),
    })
  },
  adapt,
}

function adapt(base: Base): Adaptation {
  const { config, outputs, options } = base
  requireFit('prompt-tuning', config, outputs)
  const resolved = resolve(config, outputs, options)
  const head = readingHeadParameters(base, resolved, gentleHead)
  const virtualTokens = resolved.number('virtualTokens')
  const variable = tf.tidy(() => tf.variable(initialPrompt(base, resolved))) // [virtual, width]
  return {
    parameters: [{ name: promptName, variable, decays: true }, ...head],
    constantDepth: 0,
    virtualTokens,
    embedded(words) {
      const [batch, , width] = words.shape
      return tf.concat([tf.add(tf.zeros([batch, virtualTokens, width]), variable), words], 1) as typeof words
    },
  }
}

function initialPrompt({ config, weights, random, initialTokenIds }: Base, resolved: ResolvedOptions): Tensor2D {
  const virtualTokens = resolved.number('virtualTokens')
  const initialization = resolved.choice('initialization')
  const own = random.fork(promptName)
  if (initialization === 'random') {
    // As the paper has it. PEFT draws from N(0, 1), many times the size of a word's embedding.
    const values = Float32Array.from({ length: virtualTokens * config.width }, () => own.next() - 0.5)
    return tf.tensor2d(values, [virtualTokens, config.width])
  }
  // A text's tokens are repeated or cut to length. Without them, a prompt is about to be read from a file.
  const text = initialization === 'text' && initialTokenIds?.length ? initialTokenIds : null
  const ids = Array.from({ length: virtualTokens }, (_, index) =>
    text ? (text[index % text.length] as number) : own.integer(config.vocabularySize),
  )
  const words = tensorOf(weights, embeddingNames(config).words) as Tensor
  return tf.gather(words, tf.tensor1d(ids, 'int32')) as Tensor2D
}

function resolve(config: ModelConfig, outputs: number | null, options: StrategyOptions): ResolvedOptions {
  const resolved = resolveOptions('prompt-tuning', describeOptions(config, outputs), options)
  if (resolved.choice('initialization') === 'text' && resolved.text('initialText').trim() === '')
    throw new Failure(
      'recipe-invalid',
      'Options of the strategy prompt-tuning: initialText is empty, and initialization is "text". Write what the prompt is to start from.',
    )
  return resolved
}

function describeOptions(config: ModelConfig, outputs: number | null): OptionDescription[] {
  const maximum = Math.min(256, Math.floor(config.maximumLength / 2))
  return [
    { kind: 'number', name: 'virtualTokens', value: Math.min(20, maximum), minimum: 1, maximum, step: 1 },
    { kind: 'choice', name: 'initialization', value: 'vocabulary', choices: [...initializations] },
    { kind: 'text', name: 'initialText', value: '', maximumLength: 1000 },
    ...readingHeadOptions(config, outputs),
  ]
}

/** So few parameters need steps many times those of other strategies. */
function preset(config: ModelConfig, outputs: number | null): Preset {
  const learningRate = learningRateFor(config, { at768: outputs === null ? 4e-3 : 1e-2, exponent: 1 })
  const epochs = outputs === null ? 5 : 10
  return { epochs, batchSize: outputs === null ? 8 : 16, learningRate, weightDecay: 0, warmupShare: 0.06 }
}
