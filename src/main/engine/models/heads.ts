/** What stands between hidden states and answers: heads that read a text, and the language-model head. */
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import { dropout } from '../layers/dropout'
import { linear } from '../layers/linear'
import { multiply } from '../layers/products'
import { scoreVocabulary } from '../layers/vocabulary'
import { createParameter, type Parameter, type Parameters, tensorOf, type Weights } from '../parameters'
import type { Random } from '../random'
import type { EncoderConfig, ModelConfig } from './config'
import { finalNorm } from './forward'
import { scoreMasked } from './masked-head'
import type { Pass } from './pass'
import type { Batch } from './tuned-model'
import {
  decays,
  type ExpectedTensor,
  encoderHeadNames,
  expectedTensors,
  headTensors,
  languageHeadName,
} from './weights'

/**
 * The one position of each text that a head reads, [batch, width]: the first for encoders, the last that is no padding
 * for decoders, which alone has seen the whole text. `hidden` and `mask` are of [batch, time], virtual tokens included.
 */
export function positionRead({ config }: Pass, hidden: Tensor3D, mask: Tensor2D): Tensor2D {
  return tf.tidy(() => {
    const [batch, time, width] = hidden.shape
    if (config.family === 'encoder') return tf.reshape(tf.slice(hidden, [0, 0, 0], [batch, 1, width]), [batch, width])
    return tf.gather(tf.reshape(hidden, [batch * time, width]) as Tensor2D, lastPlaces(mask))
  })
}

/** Row * time + position of each row's last one: int32 [batch]. */
function lastPlaces(mask: Tensor2D): tf.Tensor1D {
  const [batch, time] = mask.shape
  const order = tf.range(1, time + 1, 1, 'float32')
  const last = tf.sub(tf.max(tf.mul(mask, order), 1), 1)
  return tf.cast(tf.add(last, tf.mul(tf.range(0, batch, 1, 'float32'), time)), 'int32') as tf.Tensor1D
}

/** [batch, width] of the position read -> [batch, outputs]. */
export function scoreTexts(pass: Pass, state: Tensor2D): Tensor2D {
  const { config, weights } = pass
  return tf.tidy(() =>
    config.family === 'encoder'
      ? scoreByEncoder({ ...pass, config }, state)
      : multiply(finalNorm(pass, state), tensorOf(weights, 'score.weight') as Tensor2D),
  )
}

/**
 * BERT: tanh pooler, dropout, classifier. DistilBERT: pre_classifier, relu, dropout, classifier. RoBERTa: dropout, dense,
 * tanh, dropout, out_proj.
 */
function scoreByEncoder({ config, weights, mode }: Pass<EncoderConfig>, state: Tensor2D): Tensor2D {
  const { architecture, headDropout } = config
  const names = encoderHeadNames(config)
  const map = (x: Tensor2D, path: string) =>
    linear(x, tensorOf(weights, `${path}.weight`), tensorOf(weights, `${path}.bias`))
  const roberta = architecture === 'roberta' || architecture === 'xlm-roberta'
  const hidden = map(roberta ? dropout(state, headDropout, mode) : state, names.hidden)
  const active = architecture === 'distilbert' ? tf.relu(hidden) : tf.tanh(hidden)
  return map(dropout(active, headDropout, mode), names.out)
}

/** The text's own positions, or the places asked for: [batch, time, vocabulary] or [places, vocabulary]. */
export function scoreTokens(pass: Pass, hidden: Tensor3D, { tokenIds, places }: Batch): Tensor {
  return tf.tidy(() => {
    const [batch, time] = tokenIds.shape
    const width = hidden.shape[2]
    const text = tf.slice(hidden, [0, pass.hooks.virtualTokens ?? 0, 0], [batch, time, width])
    const rows: Tensor2D = tf.reshape(text, [batch * time, width])
    const scores = scoreRows(pass, places ? tf.gather(rows, places) : rows)
    return places ? scores : tf.reshape(scores, [batch, time, scores.shape[1]])
  })
}

/** [rows, width] -> [rows, vocabulary]: of a decoder what comes next, of an encoder what stands there. */
export function scoreRows(pass: Pass, rows: Tensor2D): Tensor2D {
  const { config } = pass
  if (config.family === 'encoder') return scoreMasked({ ...pass, config }, rows)
  return scoreVocabulary(finalNorm(pass, rows), tensorOf(pass.weights, languageHeadName(config)))
}

export interface HeadRequest {
  readonly config: ModelConfig
  readonly weights: Weights
  /** Null = the language-model head, which brings no parameters of its own. */
  readonly outputs: number | null
  readonly random: Random
  /** BERT: whether the pooler trains where the folder has one. Where it has none, a new one always trains. */
  readonly trainPooler: boolean
  /** See `headParameters`. */
  readonly reuseHead: boolean
}

/**
 * The parameters of a head that reads a text: pooler (BERT, where asked) or the other encoders' first linear module, and
 * the module that gives the outputs. A language-model head belongs to the base: see `headTensors`.
 *
 * A head that the folder brings along is not reused by default, even where its number of outputs happens to fit:
 * it was trained on other classes, whose order says nothing about these, and a run that silently starts from it cannot
 * be compared with one that does not. Asked for with `reuseHead`, it must be there with the same number of outputs, else
 * `recipe-invalid`.
 */
export function headParameters(request: HeadRequest): Parameters {
  const { config, weights, outputs, random, trainPooler, reuseHead } = request
  if (outputs === null) return []
  const pooler = expectedTensors(config).filter(({ required }) => !required)
  const poolerTrains = trainPooler || pooler.some(({ name }) => !weights[name])
  const head = headTensors(config, outputs)
  if (reuseHead) requireHead(head, weights)
  return [
    ...(poolerTrains ? pooler.map((tensor) => headParameter(tensor, weights[tensor.name], config, random)) : []),
    ...head.map((tensor) => headParameter(tensor, reuseHead ? weights[tensor.name] : undefined, config, random)),
  ]
}

function requireHead(head: readonly ExpectedTensor[], weights: Weights): void {
  const fits = head.every(({ name, shape }) => weights[name]?.shape.join() === shape.join())
  if (!fits)
    throw new Failure(
      'recipe-invalid',
      'The model folder has no head with this number of outputs. Switch "reuseHead" off to start a new one.',
    )
}

/** With the given start, or a new one: N(0, initializer range) for weights, zero for biases. */
function headParameter(
  { name, shape }: ExpectedTensor,
  start: Tensor | undefined,
  { initializerRange }: ModelConfig,
  random: Random,
): Parameter {
  if (start) return { name, variable: tf.tidy(() => tf.variable(start)), decays: decays(name) }
  const own = random.fork(name)
  return createParameter(
    name,
    shape,
    decays(name),
    name.endsWith('.weight') ? () => initializerRange * own.normal() : () => 0,
  )
}
