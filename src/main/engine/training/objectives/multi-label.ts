/** Any number of classes at once: each is a question of its own, with binary cross-entropy. */
import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core'
import type { MultiLabelMetrics } from '../../../../shared/result'
import { type Example, encodeTexts } from '../../data/encode'
import { binaryCrossEntropy } from '../losses'
import { ratio, scoreClass } from '../metrics'
import type { Objective } from './objective'
import { unknownLabel } from './single-label'

/** A class is given where its probability exceeds one half: where its logit is positive. */
export function multiLabel(labels: readonly string[], separator: string): Objective {
  const classes = labels.length
  const ids = new Map(labels.map((label, id) => [label, id]))
  const rowOf = (measured: Float32Array, row: number) => measured.subarray(row * classes, (row + 1) * classes)

  function targetOf({ target }: { target: string }): Float32Array {
    const hot = new Float32Array(classes)
    for (const name of target.split(separator).map((part) => part.trim())) {
      if (name === '') continue
      const id = ids.get(name)
      if (id === undefined) throw unknownLabel(name)
      hot[id] = 1
    }
    return hot
  }

  const losses: Objective['losses'] = (measured, examples) =>
    examples.map(({ target }, row) => {
      const logits = rowOf(measured, row)
      return ratio(
        logits.reduce((sum, logit, id) => sum + binaryLoss(logit, target[id] as number), 0),
        classes,
      )
    })

  function score(measured: Float32Array, examples: readonly Example[]): MultiLabelMetrics {
    const given = (row: number, id: number) => (rowOf(measured, row)[id] as number) > 0
    const loss = losses(measured, examples).reduce((sum, value) => sum + value, 0)
    return { ...scoreSets(given, examples, labels), loss: ratio(loss, examples.length) }
  }

  return {
    encode: (tokenizer, texts, maxLength) => encodeTexts(tokenizer, texts, { maxLength, targetOf }),
    weightOf: () => 1,
    loss: ({ examples, logits }) => binaryCrossEntropy(logits() as Tensor2D, targetsOf(examples, classes)),
    measure: ({ logits }) => logits() as Tensor2D,
    score,
    losses,
    predict: (measured) =>
      Array.from({ length: measured.length / classes }, (_, row) => {
        const logits = rowOf(measured, row)
        return {
          kind: 'multi-label',
          labels: labels.filter((_label, id) => (logits[id] as number) > 0),
          probabilities: Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit))),
        }
      }),
    /**
     * Always the classes that more than half of the training texts have, or the most frequent one; its loss is that of
     * the classes' shares (Laplace's rule of succession).
     */
    naive(training, tested) {
      const targets = training.map(targetOf)
      const counts = labels.map((_, id) => targets.reduce((sum, hot) => sum + (hot[id] as number), 0))
      const logits = counts.map((count) => Math.log((count + 1) / (training.length - count + 1)))
      const most = counts.indexOf(Math.max(...counts))
      const { loss } = score(Float32Array.from(tested.flatMap(() => logits)), tested)
      return { ...scoreSets((_, id) => id === most || (logits[id] as number) > 0, tested, labels), loss }
    },
  }
}

/** As scikit-learn computes them (zero_division = 0). */
function scoreSets(
  given: (row: number, id: number) => boolean,
  examples: readonly Example[],
  labels: readonly string[],
): Omit<MultiLabelMetrics, 'loss'> {
  const counts = labels.map(() => ({ right: 0, given: 0, there: 0 }))
  let exact = 0
  for (const [row, { target }] of examples.entries()) {
    let wrong = 0
    for (const [id, count] of counts.entries()) {
      const [answer, truth] = [given(row, id), target[id] === 1]
      if (answer) count.given += 1
      if (truth) count.there += 1
      if (answer && truth) count.right += 1
      if (answer !== truth) wrong += 1
    }
    if (wrong === 0) exact += 1
  }
  const perClass = labels.map((label, id) => scoreClass(label, counts[id] as (typeof counts)[number]))
  const total = (key: 'right' | 'given' | 'there') => counts.reduce((sum, count) => sum + count[key], 0)
  return {
    kind: 'multi-label',
    microF1: ratio(2 * total('right'), total('given') + total('there')),
    macroF1: ratio(
      perClass.reduce((sum, { f1 }) => sum + f1, 0),
      labels.length,
    ),
    exactMatch: ratio(exact, examples.length),
    examples: examples.length,
    perClass,
  }
}

function targetsOf(examples: readonly Example[], classes: number): Tensor2D {
  const hot = new Float32Array(examples.length * classes)
  for (const [row, { target }] of examples.entries()) hot.set(target, row * classes)
  return tensor2d(hot, [examples.length, classes])
}

function binaryLoss(logit: number, target: number): number {
  return Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)))
}
