import { describe, expect, it } from 'vitest'
import { multiLabel } from '../../../../src/main/engine/training/objectives/multi-label'
import type { MultiLabelMetrics } from '../../../../src/shared/result'
import { objectivesGolden } from '../../../support/objectives'
import { encodeWith } from '../../../support/training'

const labels = ['often', 'now and then', 'seldom', 'never']
const objective = multiLabel(labels, ';')
const golden = objectivesGolden.labelSets
const measured = Float32Array.from(golden.logits.flat())
const examples = golden.truth.map((target) => ({ tokenIds: Int32Array.of(1), target: Float32Array.from(target) }))

describe('scores equal scikit-learn', () => {
  const metrics = objective.score(measured, examples) as MultiLabelMetrics

  it.each(['microF1', 'macroF1', 'exactMatch', 'loss'] as const)('%s', (name) => {
    expect(metrics[name]).toBeCloseTo(golden[name], 6)
  })

  it('per class, also one that is never there nor given', () => {
    for (const [id, [precision, recall, f1, support]] of golden.perClass.entries()) {
      const own = metrics.perClass[id]
      expect(own).toMatchObject({ label: labels[id], support })
      expect(own?.precision).toBeCloseTo(precision ?? Number.NaN, 12)
      expect(own?.recall).toBeCloseTo(recall ?? Number.NaN, 12)
      expect(own?.f1).toBeCloseTo(f1 ?? Number.NaN, 12)
    }
  })

  it("the rows' losses are those of the mean", () => {
    const losses = objective.losses(measured, examples)
    expect(losses.reduce((sum, loss) => sum + loss, 0) / losses.length).toBeCloseTo(golden.loss, 6)
  })
})

it('reads the classes of a cell, with space around them or none at all', async () => {
  const { examples: read } = await encodeWith(objective, ['often; never', 'seldom', ''])
  expect(read.map(({ target }) => [...target])).toEqual([
    [1, 0, 0, 1],
    [0, 0, 1, 0],
    [0, 0, 0, 0],
  ])
})

it('refuses a class that the data set has not', async () => {
  await expect(encodeWith(objective, ['often; always'])).rejects.toMatchObject({ code: 'dataset-malformed' })
})

it('gives every class whose probability exceeds one half', () => {
  expect(objective.predict(Float32Array.of(0.1, -0.1, 20, 0))).toEqual([
    {
      kind: 'multi-label',
      labels: ['often', 'seldom'],
      probabilities: [expect.closeTo(0.525, 3), expect.closeTo(0.475, 3), expect.closeTo(1, 6), 0.5],
    },
  ])
})

it('naively gives what most training texts have, or the most frequent class', () => {
  const row = (target: string) => ({ text: '', target })
  const seldom = [row('often'), row('often'), row('now and then'), row(''), row('')]
  const score = objective.naive(seldom, examples) as MultiLabelMetrics
  const given = golden.truth.filter(([often]) => often === 1).length
  expect(score.perClass.map(({ recall }) => recall)).toEqual([1, 0, 0, 0])
  expect(score.perClass[0]?.precision).toBe(given / examples.length)
  // Shares 3/7, 2/7, 1/7 and 1/7 by the rule of succession.
  const shares = [3 / 7, 2 / 7, 1 / 7, 1 / 7]
  const loss = golden.truth
    .flatMap((row) => row.map((there, id) => -Math.log(there ? (shares[id] ?? 0) : 1 - (shares[id] ?? 0))))
    .reduce((sum, value) => sum + value, 0)
  expect(score.loss).toBeCloseTo(loss / measured.length, 6)
})
