/** One of several classes: softmax cross-entropy. */
import { type Tensor1D, type Tensor2D, tensor1d } from '@tensorflow/tfjs-core'
import { Failure } from '../../../../shared/failure'
import { type Example, encodeTexts } from '../../data/encode'
import { crossEntropy } from '../losses'
import { argmax, logProbability, scoreLogits, softmax } from '../metrics'
import type { Objective } from './objective'

/**
 * @param weights in the order of the labels: the loss of a batch is then the weighted mean, as torch's
 * CrossEntropyLoss(weight) computes it. Scores, each text's own loss and what is naive stay unweighted.
 */
export function singleLabel(labels: readonly string[], weights: readonly number[] | null = null): Objective {
  const classes = labels.length
  const ids = new Map(labels.map((label, id) => [label, id]))
  const rowOf = (measured: Float32Array, row: number) => measured.subarray(row * classes, (row + 1) * classes)

  function targetOf({ target }: { target: string }): Float32Array {
    const id = ids.get(target)
    if (id === undefined) throw unknownLabel(target)
    return Float32Array.of(id)
  }

  function weightOf(example: Example): number {
    return weights?.[classOf(example)] ?? 1
  }

  function sharesOf(examples: readonly Example[]): Tensor1D {
    const whole = examples.reduce((sum, example) => sum + weightOf(example), 0)
    return tensor1d(examples.map((example) => weightOf(example) / whole))
  }

  return {
    encode: (tokenizer, texts, maxLength) => encodeTexts(tokenizer, texts, { maxLength, targetOf }),
    weightOf,
    loss: ({ examples, logits }) =>
      crossEntropy(logits() as Tensor2D, tensor1d(examples.map(classOf), 'int32'), weights && sharesOf(examples)),
    measure: ({ logits }) => logits() as Tensor2D,
    score: (measured, examples) => scoreLogits(measured, examples.map(classOf), labels),
    losses: (measured, examples) =>
      examples.map((example, row) => -logProbability(rowOf(measured, row), classOf(example))),
    predict: (measured) =>
      Array.from({ length: measured.length / classes }, (_, row) => {
        const logits = rowOf(measured, row)
        return { kind: 'single-label', label: labels[argmax(logits)] ?? '', probabilities: softmax(logits) }
      }),
    /** Always the most frequent class; its loss is that of the classes' shares (Laplace's rule of succession). */
    naive(training, tested) {
      const classesOfTraining = training.map((text) => targetOf(text)[0])
      const counts = labels.map((_, id) => classesOfTraining.filter((found) => found === id).length)
      const logShares = counts.map((count) => Math.log((count + 1) / (training.length + classes)))
      const measured = Float32Array.from(tested.flatMap(() => logShares))
      return scoreLogits(measured, tested.map(classOf), labels)
    },
  }
}

export function unknownLabel(label: string): Failure {
  return new Failure(
    'dataset-malformed',
    `A row has the label "${label}", which is none of the data set's. Import the data again.`,
    { label },
  )
}

function classOf({ target }: Example): number {
  return target[0] as number
}
