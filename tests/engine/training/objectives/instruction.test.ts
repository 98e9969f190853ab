import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { Example } from '../../../../src/main/engine/data/encode'
import { instruction } from '../../../../src/main/engine/training/objectives/instruction'
import { startBackend, testBackends } from '../../../support/backend'

const objective = instruction('{prompt}')
const vocabulary = 7
const time = 5
/** Prompts of 2 and 3 tokens, responses of 3 and 1. */
const examples: Example[] = [
  { tokenIds: Int32Array.of(1, 3, 4, 5, 2), target: Float32Array.of(2) },
  { tokenIds: Int32Array.of(1, 6, 3, 2), target: Float32Array.of(3) },
]
const logits = Float32Array.from({ length: 2 * time * vocabulary }, (_, at) => 2 * Math.sin(at * 1.3))
/** row * time + position of what tells a response token, and that token. */
const told = [
  [1, 4],
  [2, 5],
  [3, 2],
  [7, 2],
] as const

function surprise(place: number, token: number): number {
  const own = [...logits.subarray(place * vocabulary, (place + 1) * vocabulary)]
  return Math.log(own.reduce((sum, logit) => sum + Math.exp(logit), 0)) - (own[token] ?? Number.NaN)
}
const surprises = told.map(([place, token]) => surprise(place, token))

/** As a language model that answers at the places asked for. */
function answering(places?: tf.Tensor1D): tf.Tensor {
  return tf.gather(tf.tensor2d(logits, [2 * time, vocabulary]), places as tf.Tensor1D)
}

describe.each(testBackends)('on %s', (backend) => {
  it('the loss is the mean over response tokens alone', async () => {
    await startBackend(backend)
    const loss = tf.tidy(() => objective.loss({ examples, time, logits: answering }).dataSync()[0])
    expect(loss).toBeCloseTo(surprises.reduce((sum, value) => sum + value, 0) / 4, 5)
    expect(examples.map(objective.weightOf)).toEqual([3, 1])
  })

  it('evaluation keeps two numbers per text', async () => {
    await startBackend(backend)
    const measured = tf.tidy(() => objective.measure({ examples, time, logits: answering }).dataSync()) as Float32Array
    const [first, second] = [surprises.slice(0, 3).reduce((sum, value) => sum + value, 0), surprises[3] as number]
    const right = told.map(([place, token]) => {
      const own = [...logits.subarray(place * vocabulary, (place + 1) * vocabulary)]
      return own.indexOf(Math.max(...own)) === token ? 1 : 0
    })
    expect(measured.length).toBe(4)
    expect(measured[0]).toBeCloseTo(first, 4)
    expect(measured[2]).toBeCloseTo(second, 4)
    expect([measured[1], measured[3]]).toEqual([right.slice(0, 3).reduce((sum: number, one) => sum + one, 0), right[3]])
  })
})

it('scores tokens, not texts', () => {
  const metrics = objective.score(Float32Array.of(6, 2, 4, 1), examples)
  expect(metrics).toEqual({
    kind: 'instruction',
    loss: 2.5,
    perplexity: Math.exp(2.5),
    tokenAccuracy: 0.75,
    exactMatch: null,
    examples: 2,
    tokens: 4,
  })
  expect(objective.losses(Float32Array.of(6, 2, 4, 1), examples)).toEqual([2, 4])
})
