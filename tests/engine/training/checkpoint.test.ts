import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Parameter } from '../../../src/main/engine/parameters'
import {
  type Checkpoint,
  decodeCheckpoint,
  decodeParameters,
  encodeCheckpoint,
  encodeParameters,
} from '../../../src/main/engine/training/checkpoint'
import { startBackend } from '../../support/backend'

let parameters: Parameter[]
beforeAll(async () => {
  await startBackend('cpu')
  parameters = [
    { name: 'a.weight', variable: tf.variable(tf.zeros([2, 3])), decays: true },
    { name: 'a.bias', variable: tf.variable(tf.zeros([3])), decays: false },
  ]
})
afterAll(() => tf.disposeVariables())

const values = (from: number) => ({
  'a.weight': Float32Array.from({ length: 6 }, (_, at) => Math.fround(from + at / 7)),
  'a.bias': Float32Array.of(-0, Number.MIN_VALUE, 3.4e38),
})
const checkpoint: Checkpoint = {
  state: {
    step: 12,
    epoch: 2,
    stepInEpoch: 4,
    shuffling: [1, 2, 3, 4294967295],
    dropout: [5, 6, 7, 8],
    best: {
      step: 10,
      epoch: 2,
      metrics: {
        kind: 'single-label',
        accuracy: 0.1 + 0.2,
        macroF1: 1 / 3,
        loss: 1e-300,
        examples: 3,
        perClass: [],
        confusion: [[1]],
      },
    },
    evaluationsWithoutBetter: 1,
    trainingSeconds: 1.25,
    trainingTokens: 4096,
  },
  parameters: values(1),
  optimizer: { steps: 12, first: values(2), second: values(3) },
  fingerprint: '{"recipe":{}}',
}

it('comes back as it was, to the last bit', () => {
  const decoded = decodeCheckpoint(encodeCheckpoint(checkpoint, parameters), parameters, checkpoint.fingerprint)
  expect(decoded).toEqual(checkpoint)
  expect(Object.is(decoded.parameters['a.bias']?.[0], -0)).toBe(true)
})

it('keeps parameters alone under their own names', () => {
  expect(decodeParameters(encodeParameters(values(4), parameters), parameters)).toEqual(values(4))
})

it.each([
  ['cut short', (bytes: Uint8Array) => bytes.slice(0, -4)],
  ['empty', () => new Uint8Array()],
  ['of parameters alone', () => encodeParameters(values(1), parameters)],
])('is refused when it is %s', (_, damage) => {
  const bytes = damage(encodeCheckpoint(checkpoint, parameters))
  expect(() => decodeCheckpoint(bytes, parameters, checkpoint.fingerprint)).toThrow(
    expect.objectContaining({ code: 'checkpoint-malformed' }),
  )
})

it('is refused for another recipe and for another model', () => {
  const bytes = encodeCheckpoint(checkpoint, parameters)
  expect(() => decodeCheckpoint(bytes, parameters, '{"recipe":{"seed":1}}')).toThrow(/another recipe/)
  const wider = { name: 'a.weight', variable: tf.variable(tf.zeros([4, 3])), decays: true }
  expect(() => decodeCheckpoint(bytes, [wider], checkpoint.fingerprint)).toThrow(/a.weight \(need 12 values, have 6\)/)
})
