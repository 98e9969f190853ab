import { expect, it } from 'vitest'
import { certify } from '../../../../src/main/trainer/jobs/certificate'
import type { Metrics } from '../../../../src/shared/result'

const classes = (accuracy: number): Metrics => ({
  kind: 'single-label',
  accuracy,
  macroF1: accuracy,
  loss: 0.5,
  examples: 100,
  perClass: [],
  confusion: [],
})
const answers = (perplexity: number): Metrics => ({
  kind: 'instruction',
  loss: Math.log(perplexity),
  perplexity,
  tokenAccuracy: 0.5,
  exactMatch: null,
  examples: 100,
  tokens: 900,
})
const logits = Float32Array.of(1, -2, 3)
const near = Float32Array.of(1, -2.00005, 3)

it('lets one text on the edge fall to the other side, and no more', () => {
  expect(certify(logits, near, classes(0.8), classes(0.81))).toMatchObject({ passed: true, trainedScore: 0.8 })
  expect(certify(logits, near, classes(0.8), classes(0.82)).passed).toBe(false)
})

it('takes a score that counts no texts by its share', () => {
  expect(certify(logits, near, answers(20), answers(20.01))).toMatchObject({ passed: true, exportedScore: 20.01 })
  expect(certify(logits, near, answers(20), answers(20.1)).passed).toBe(false)
})

it('asks for equal logits, and for all of them', () => {
  expect(certify(logits, Float32Array.of(1, -2, 3.001), classes(0.8), classes(0.8))).toMatchObject({
    maximumLogitDifference: expect.closeTo(0.001, 5),
    passed: false,
  })
  expect(certify(logits, logits.subarray(0, 2), classes(0.8), classes(0.8)).passed).toBe(false)
})
