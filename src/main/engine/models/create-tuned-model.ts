/** A base model, a strategy and a head put together into what training, evaluation, prediction and export work with. */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { StrategyId, StrategyOptions } from '../../../shared/strategy'
import { tensorOf, type Weights } from '../parameters'
import type { Random } from '../random'
import type { Adaptation, Base } from '../strategies/adaptation'
import { pool, readPooling, regress } from '../strategies/feature-based'
import { strategyOf } from '../strategies/index'
import type { EncoderConfig } from './config'
import { embed, encode, type Pass, runLayers } from './encoder'
import { classify } from './heads'
import type { Batch, Mode, TunedModel } from './tuned-model'
import { type ExpectedTensor, expectedTensors } from './weights'

export interface TunedModelRequest {
  readonly config: EncoderConfig
  /** The base model's tensors; the tuned model takes them over and disposes of them. */
  readonly weights: Weights
  readonly strategy: StrategyId
  readonly options: StrategyOptions
  readonly classes: number
  /** Decides the new parameters' start; only forks of it are used, so its state does not move. */
  readonly random: Random
}

/** Throws `recipe-invalid` where an option does not fit; the weights are freed then too. */
export function createTunedModel({ strategy, ...request }: TunedModelRequest): TunedModel {
  const adaptation = adapt(strategy, request)
  if (strategy === 'feature-based') return createFeatureModel(request, adaptation)
  return createAdaptedModel(request, adaptation)
}

function adapt(strategy: StrategyId, base: Base): Adaptation {
  try {
    return strategyOf(strategy).adapt(base)
  } catch (thrown) {
    tf.dispose(Object.values(base.weights))
    throw thrown
  }
}

/** A classifier with the model's own head, on an encoder that the adaptation changes. */
export function createAdaptedModel(base: Base, adaptation: Adaptation): TunedModel {
  const { config } = base
  const { constantDepth, projected } = adaptation
  const frame = assemble(base, adaptation)
  const passIn = (mode: Mode): Pass => ({ config, weights: frame.weights, mode, projected })
  const headOnly = constantDepth > config.layers

  const constantPart = (batch: Batch): Tensor3D =>
    tf.tidy(() => {
      const pass = passIn({ training: false })
      const embedded = embed(pass, batch)
      const hidden = runLayers(pass, embedded, batch.attentionMask, 0, Math.max(0, constantDepth - 1))
      return headOnly ? tf.slice(hidden, [0, 0, 0], [hidden.shape[0], 1, config.width]) : hidden
    })

  const logits = (batch: Batch, mode: Mode, hidden?: Tensor3D): Tensor2D =>
    tf.tidy(() => {
      const pass = passIn(mode)
      if (headOnly) return classify(pass, hidden ?? constantPart(batch))
      if (constantDepth === 0 && !hidden) return classify(pass, encode(pass, batch))
      const from = Math.max(0, constantDepth - 1)
      const lower = hidden ?? constantPart(batch)
      return classify(pass, runLayers(pass, lower, batch.attentionMask, from, config.layers))
    })

  return { ...frame, constantDepth, constantPart, logits }
}

function createFeatureModel(base: Base, adaptation: Adaptation): TunedModel {
  const { config } = base
  const pooling = readPooling(base.options)
  const encoder = expectedTensors(config).filter(({ required }) => required)
  const frame = assemble({ ...base, weights: keepOnly(encoder, base.weights) }, adaptation)
  const constantPart = (batch: Batch) => pool(config, frame.weights, pooling, batch)
  const flat = (pooled: Tensor3D): Tensor2D => tf.reshape(pooled, [pooled.shape[0], config.width])
  return {
    ...frame,
    constantDepth: adaptation.constantDepth,
    constantPart,
    features: (batch) => tf.tidy(() => flat(constantPart(batch))),
    logits: (batch, _mode, hidden) => tf.tidy(() => regress(frame.weights, flat(hidden ?? constantPart(batch)))),
  }
}

/** The tensors of the forward pass: parameters where they train, the base elsewhere; base tensors replaced are freed. */
function assemble(
  { weights: base }: Base,
  { parameters }: Adaptation,
): Pick<TunedModel, 'parameters' | 'totalParameters' | 'weights' | 'dispose'> {
  const weights: Weights = {
    ...base,
    ...Object.fromEntries(parameters.map(({ name, variable }) => [name, variable])),
  }
  for (const [name, tensor] of Object.entries(base)) if (weights[name] !== tensor) tensor.dispose()
  return {
    parameters,
    weights,
    totalParameters: Object.values(weights).reduce((sum, { size }) => sum + size, 0),
    dispose: () => tf.dispose(Object.values(weights)),
  }
}

/** Pooler and head of the folder are of no use to a regression on pooled features: they are freed. */
function keepOnly(expected: readonly ExpectedTensor[], weights: Weights): Weights {
  const kept = Object.fromEntries(expected.map(({ name }) => [name, tensorOf(weights, name)]))
  for (const [name, tensor] of Object.entries(weights)) if (!kept[name]) tensor.dispose()
  return kept
}
