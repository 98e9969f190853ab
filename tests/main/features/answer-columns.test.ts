import { expect, test } from 'vitest'
import { answerColumns } from '../../../src/main/features/answer-columns'
import type { Trained } from '../../../src/main/trainer/contract'
import type { Problem } from '../../../src/shared/problem'
import type { Prediction } from '../../../src/shared/result'

const exported: Trained = { kind: 'export', folder: '/e', modelFolder: null }
const run = (problem: Problem) => ({ kind: 'run', problem }) as Trained
const answered = (prediction: Prediction, trained: Trained = exported) => {
  const { names, cellsOf } = answerColumns(prediction, trained)
  return [names, cellsOf(prediction)]
}

test('a class, and how sure of it', () => {
  expect(answered({ kind: 'single-label', label: 'bill', probabilities: [0.8, 0.2] })).toEqual([
    ['prediction', 'confidence'],
    ['bill', '0.800000'],
  ])
})

test('several classes with what stood between them in the data, and the least sure decision', () => {
  const prediction: Prediction = { kind: 'multi-label', labels: ['a', 'b'], probabilities: [0.9, 0.7, 0.4] }
  const learnt = run({ kind: 'multi-label', labels: ['a', 'b', 'c'], separator: '|' })
  expect(answered(prediction, learnt)).toEqual([
    ['prediction', 'confidence'],
    ['a|b', '0.600000'],
  ])
  expect(answered(prediction)[1]).toEqual(['a;b', '0.600000'])
})

test('a number, and a response', () => {
  expect(answered({ kind: 'regression', value: -1.25 })).toEqual([['value'], ['-1.25']])
  expect(answered({ kind: 'instruction', text: 'Yes,\nof course.', stoppedBecause: 'end' })).toEqual([
    ['response'],
    ['Yes,\nof course.'],
  ])
})

test('a row without an answer leaves its columns empty, as does a file without any', () => {
  expect(answerColumns({ kind: 'regression', value: 1 }, exported).cellsOf(undefined)).toEqual([''])
  const { names, cellsOf } = answerColumns(undefined, exported)
  expect([names, cellsOf(undefined)]).toEqual([
    ['prediction', 'confidence'],
    ['', ''],
  ])
})
