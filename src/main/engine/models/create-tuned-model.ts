/** A base model, a strategy and a head put together into what training, evaluation, prediction and export work with. */
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import type { ModelStrategyId, StrategyOptions } from '../../../shared/strategy'
import type { Parameter, Weights } from '../parameters'
import type { Random } from '../random'
import type { Adaptation, Base } from '../strategies/adaptation'
import { readPooling, regress, vectorOf } from '../strategies/feature-based'
import { strategyOf } from '../strategies/index'
import type { ModelConfig } from './config'
import { embed, maskOf, runBase, runLayers } from './forward'
import { positionRead, scoreTexts, scoreTokens } from './heads'
import type { Pass } from './pass'
import { firstAveraged, sumUpTexts, textRow } from './text-outputs'
import type { Batch, LowerLayers, Mode, TunedModel } from './tuned-model'
import { type ExpectedTensor, embeddingNames, expectedTensors, headTensors } from './weights'
import { createGeneration } from './writing-on'

export interface TunedModelRequest {
  readonly config: ModelConfig
  /** The base model's tensors; the tuned model takes them over and disposes of them. */
  readonly weights: Weights
  readonly strategy: ModelStrategyId
  readonly options: StrategyOptions
  /** Outputs of the head that reads a text; null = the language-model head. */
  readonly outputs: number | null
  /** Decides the new parameters' start; only forks of it are used, so its state does not move. */
  readonly random: Random
  readonly initialTokenIds?: readonly number[]
}

/**
 * The base with the strategy's change and a head, ready to train.
 * Throws `recipe-invalid` where an option does not fit, `strategy-unsupported` where the strategy does not,
 * `model-unsupported` where the folder has no language-model head; the weights are freed then too.
 */
export function createTunedModel({ strategy, ...request }: TunedModelRequest): TunedModel {
  const base: Base = { ...request, weights: keepUseful(request) }
  const adaptation = adapt(strategy, base)
  if (strategy === 'feature-based') return createFeatureModel(base, adaptation)
  return createAdaptedModel(base, adaptation)
}

function adapt(strategy: ModelStrategyId, base: Base): Adaptation {
  try {
    requireLanguageHead(base)
    return strategyOf(strategy).adapt(base)
  } catch (thrown) {
    tf.dispose(Object.values(base.weights))
    throw thrown
  }
}

/** A base that the adaptation changes, with the model's own kind of head. */
export function createAdaptedModel(base: Base, adaptation: Adaptation): TunedModel {
  return modelOver(base, adaptation, assemble(base, adaptation))
}

function modelOver(base: Base, adaptation: Adaptation, frame: Frame): TunedModel {
  const { config, outputs } = base
  const { parameters: _trained, constantDepth, merge, ...hooks } = adaptation
  const passIn = (mode: Mode): Pass => ({ config, weights: frame.weights, mode, hooks })
  const headOnly = constantDepth > config.layers && outputs !== null

  const constantPart = (batch: Batch, lower?: LowerLayers): Tensor3D =>
    tf.tidy(() => {
      const pass = passIn({ training: false })
      if (headOnly) return summaryOf(pass, batch, lower)
      return runLower(pass, batch, Math.max(0, constantDepth - 1), lower)
    })

  const logits = (batch: Batch, mode: Mode, hidden?: Tensor3D): Tensor =>
    tf.tidy(() => {
      const pass = passIn(mode)
      if (headOnly) return scoreTexts(pass, textRow(hidden ?? constantPart(batch), 'position'))
      const mask = maskOf(pass, batch)
      const from = Math.max(0, constantDepth - 1)
      const reads = outputs === null ? 'every' : 'first'
      const last =
        constantDepth === 0 && !hidden
          ? runBase(pass, batch, reads)
          : runLayers(pass, hidden ?? constantPart(batch), mask, from, config.layers, reads)
      if (outputs !== null) return scoreTexts(pass, positionRead(pass, last, mask))
      return scoreTokens(pass, last, batch)
    })

  const over = (table: Parameter): TunedModel => {
    const swapped = frame.parameters.map((parameter) => (parameter.name === table.name ? table : parameter))
    const weights = { ...frame.weights, [table.name]: table.variable }
    return modelOver(base, adaptation, { ...frame, parameters: swapped, weights })
  }

  const pass = passIn({ training: false })
  const generation =
    outputs === null && config.family === 'decoder' ? { generation: createGeneration({ ...pass, config }) } : {}
  return {
    ...frame,
    constantDepth,
    dropsOut: config.hiddenDropout > 0 || config.attentionDropout > 0,
    constantOf: headOnly ? 'texts' : 'tokens',
    mostLowerLayers: headOnly ? firstAveraged(config) : Math.max(0, constantDepth - 2),
    constantPart,
    logits,
    ...generation,
    ...(outputs !== null && wordsTrain(base, frame) && { words: { name: embeddingNames(config).words, over } }),
    ...(merge && { merge: () => merge(frame.weights) }),
  }
}

/** A head that reads texts never reads the table of words itself. */
function wordsTrain({ config }: Base, { parameters }: Frame): boolean {
  return parameters.some(({ name }) => name === embeddingNames(config).words)
}

function createFeatureModel(base: Base, adaptation: Adaptation): TunedModel {
  const { config } = base
  const pooling = readPooling(config, base.options)
  const frame = assemble({ ...base, weights: keepOnly(requiredTensors(config), base.weights) }, adaptation)
  const pass: Pass = { config, weights: frame.weights, mode: { training: false }, hooks: {} }
  const constantPart = (batch: Batch, lower?: LowerLayers) => summaryOf(pass, batch, lower)
  const features = (batch: Batch, hidden?: Tensor3D): Tensor2D =>
    tf.tidy(() => vectorOf(pass, pooling, hidden ?? constantPart(batch)))
  return {
    ...frame,
    constantDepth: adaptation.constantDepth,
    dropsOut: false,
    constantOf: 'texts',
    mostLowerLayers: firstAveraged(config),
    constantPart,
    features,
    logits: (batch, _mode, hidden) => tf.tidy(() => regress(frame.weights, features(batch, hidden))),
  }
}

/** The rows of a whole frozen base's texts; `lower` may not reach beyond the first of the averaged layers. */
function summaryOf(pass: Pass, batch: Batch, lower?: LowerLayers): Tensor3D {
  const { layers } = pass.config
  return tf.tidy(() => {
    const mask = maskOf(pass, batch)
    const first = firstAveraged(pass.config)
    const averaged = [runLower(pass, batch, first, lower)]
    for (let layer = first; layer < layers; layer++)
      averaged.push(runLayers(pass, averaged.at(-1) as Tensor3D, mask, layer, layer + 1))
    return sumUpTexts(pass, averaged, mask)
  })
}

/** The embeddings and the first layers, going on from what is known of them. */
function runLower(pass: Pass, batch: Batch, layers: number, lower?: LowerLayers): Tensor3D {
  const hidden = lower?.hidden ?? embed(pass, batch)
  return runLayers(pass, hidden, maskOf(pass, batch), lower?.layers ?? 0, layers)
}

type Frame = Pick<TunedModel, 'parameters' | 'totalParameters' | 'maximumLength' | 'width' | 'weights' | 'dispose'>

/** The tensors of the forward pass: parameters where they train, the base elsewhere; base tensors replaced are freed. */
function assemble(
  { config, weights: base }: Base,
  { parameters, virtualTokens = 0, firstPosition = 0 }: Adaptation,
): Frame {
  const weights: Weights = {
    ...base,
    ...Object.fromEntries(parameters.map(({ name, variable }) => [name, variable])),
  }
  for (const [name, tensor] of Object.entries(base)) if (weights[name] !== tensor) tensor.dispose()
  return {
    parameters,
    weights,
    maximumLength: config.maximumLength - virtualTokens - firstPosition,
    width: config.width,
    totalParameters: Object.values(weights).reduce((sum, { size }) => sum + size, 0),
    dispose: () => tf.dispose(Object.values(weights)),
  }
}

/** A head of the folder for other answers than these is of no use: it is freed. */
function keepUseful({ config, weights, outputs }: Base): Weights {
  if (outputs === null && config.family === 'encoder') return weights
  return keepOnly([...expectedTensors(config), ...headTensors(config, outputs)], weights)
}

/** Throws `model-unsupported` where a decoder is to write and its folder has nothing to write with. */
export function requireLanguageHead({ config, weights, outputs }: Pick<Base, 'config' | 'weights' | 'outputs'>): void {
  if (outputs !== null || config.family === 'encoder') return
  const missing = headTensors(config, null).filter(({ name }) => !weights[name])
  if (missing.length > 0)
    throw new Failure(
      'model-unsupported',
      'The model folder has no language-model head (lm_head.weight), so it cannot write. Choose the folder of the whole ' +
        'language model, whose config.json names a class ending in ForCausalLM.',
    )
}

function requiredTensors(config: ModelConfig): ExpectedTensor[] {
  return expectedTensors(config).filter(({ required }) => required)
}

/** The expected tensors; the others are freed. */
function keepOnly(expected: readonly ExpectedTensor[], weights: Weights): Weights {
  const names = new Set(expected.map(({ name }) => name))
  const entries = Object.entries(weights)
  for (const [name, tensor] of entries) if (!names.has(name)) tensor.dispose()
  return Object.fromEntries(entries.filter(([name]) => names.has(name)))
}
