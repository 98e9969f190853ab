/** The classification head on the first position, as Hugging Face's sequence classifiers have it. */
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import { dropout } from '../layers/dropout'
import { linear } from '../layers/linear'
import { type Parameter, type Parameters, tensorOf, type Weights } from '../parameters'
import type { Random } from '../random'
import type { EncoderConfig } from './config'
import type { Pass } from './encoder'
import { decays, type ExpectedTensor, expectedTensors, headTensors, poolerName } from './weights'

/** BERT: tanh pooler, dropout, classifier. DistilBERT: pre_classifier, relu, dropout, classifier. */
export function classify(pass: Pass, hidden: Tensor3D): Tensor2D {
  const { config, weights, mode } = pass
  const map = (x: Tensor2D, path: string) =>
    linear(x, tensorOf(weights, `${path}.weight`), tensorOf(weights, `${path}.bias`))
  return tf.tidy(() => {
    const [batch, , width] = hidden.shape
    const first = tf.reshape(tf.slice(hidden, [0, 0, 0], [batch, 1, width]), [batch, width]) as Tensor2D
    const pooled =
      config.architecture === 'bert' ? tf.tanh(map(first, poolerName)) : tf.relu(map(first, 'pre_classifier'))
    return map(dropout(pooled, config.headDropout, mode), 'classifier')
  })
}

export interface HeadRequest {
  readonly config: EncoderConfig
  readonly weights: Weights
  readonly classes: number
  readonly random: Random
  /** BERT: whether the pooler trains where the folder has one. Where it has none, a new one always trains. */
  readonly trainPooler: boolean
  /** See `headParameters`. */
  readonly reuseHead: boolean
}

/**
 * The head's parameters: pooler (BERT, where asked), pre_classifier (DistilBERT), classifier.
 *
 * A classifier that the folder brings along is not reused by default, even where its number of classes happens to fit:
 * it was trained on other classes, whose order says nothing about these, and a run that silently starts from it cannot
 * be compared with one that does not. Asked for with `reuseHead`, it must be there with the same number of classes, else
 * `recipe-invalid`.
 */
export function headParameters(request: HeadRequest): Parameters {
  const { config, weights, classes, random, trainPooler, reuseHead } = request
  const pooler = expectedTensors(config).filter(({ required }) => !required)
  const poolerTrains = trainPooler || pooler.some(({ name }) => !weights[name])
  const head = headTensors(config, classes)
  if (reuseHead) requireHead(head, weights)
  return [
    ...(poolerTrains ? pooler.map((tensor) => createParameter(tensor, weights[tensor.name], config, random)) : []),
    ...head.map((tensor) => createParameter(tensor, reuseHead ? weights[tensor.name] : undefined, config, random)),
  ]
}

function requireHead(head: readonly ExpectedTensor[], weights: Weights): void {
  const fits = head.every(({ name, shape }) => weights[name]?.shape.join() === shape.join())
  if (!fits)
    throw new Failure(
      'recipe-invalid',
      'The model folder has no classification head for this number of classes. Switch "reuseHead" off to start a new one.',
    )
}

/** A variable with the given start, or a new one: N(0, initializer range) for weights, zero for biases. */
function createParameter(
  { name, shape }: ExpectedTensor,
  start: Tensor | undefined,
  config: EncoderConfig,
  random: Random,
): Parameter {
  return { name, variable: tf.tidy(() => tf.variable(start ?? initial())), decays: decays(name) }

  function initial(): Tensor {
    const size = shape.reduce((product, length) => product * length, 1)
    const values = new Float32Array(size)
    if (name.endsWith('.weight')) {
      const own = random.fork(name)
      for (let index = 0; index < size; index++) values[index] = config.initializerRange * own.normal()
    }
    return tf.tensor(values, [...shape], 'float32')
  }
}
