import { describe, expect, test } from 'vitest'
import {
  type FeatureTable,
  fitPredictor,
  openPredictor,
  type Predictor,
  type PredictorKind,
} from '../../../src/main/baselines/predictor'
import { createRandom } from '../../../src/main/engine/random'
import { solver } from '../../../src/main/trainer/jobs/linear-solver'
import { outputsOf, type Problem } from '../../../src/shared/problem'

const random = createRandom('features')
const rows = 120
const names = ['first', 'second "quoted", with a comma', 'target']
const features = Float32Array.from({ length: rows * names.length }, () => random.normal())
/** The first feature decides; the third is noise. */
const first = (row: number) => features[row * names.length] as number
const table = (answer: (row: number) => number[]) => ({
  names,
  features,
  answers: Array.from({ length: rows }, (_, row) => Float32Array.from(answer(row))),
  weights: null,
})

const problems: { problem: Problem; answer(row: number): number[] }[] = [
  { problem: { kind: 'regression', mean: 5, deviation: 2 }, answer: (row) => [first(row)] },
  { problem: { kind: 'single-label', labels: ['no', 'yes'] }, answer: (row) => [first(row) > 0 ? 1 : 0] },
  {
    problem: { kind: 'single-label', labels: ['low', 'middle', 'high'] },
    answer: (row) => [first(row) < -0.5 ? 0 : first(row) > 0.5 ? 2 : 1],
  },
  {
    problem: { kind: 'multi-label', labels: ['up', 'never', 'down'], separator: '|' },
    answer: (row) => [first(row) > 0 ? 1 : 0, 0, first(row) < 0 ? 1 : 0],
  },
]
const cases = problems.flatMap(({ problem, answer }) =>
  (['linear', 'random-forest', 'boosted-trees'] as const).map((kind) => ({
    name: `${kind}, ${problem.kind} with ${'labels' in problem ? problem.labels.length : 1}`,
    kind,
    problem,
    answer,
  })),
)

describe.each(cases)('$name', ({ kind, problem, answer }) => {
  test('learns, the same again, and is the same when it is saved and opened', async () => {
    const predictor = await train(kind, problem, answer)
    const measured = predictor.predict(features)
    const outputs = outputsOf(problem) ?? 0
    expect(measured).toHaveLength(rows * outputs)
    expect(shareRight(measured, outputs, problem, answer)).toBeGreaterThan(0.85)
    expect((await train(kind, problem, answer)).predict(features)).toEqual(measured)

    const record = JSON.parse(JSON.stringify(predictor.record))
    const read = async (name: string) => predictor.files[name] as Uint8Array
    const opened = await openPredictor(record, problem, names, { read, solver })
    expect(opened.predict(features)).toEqual(measured)
    expect(opened.importances).toEqual(predictor.importances)
  })

  test('tells which feature decided, in shares', async () => {
    const { importances } = await train(kind, problem, answer)
    expect(importances).toHaveLength(names.length)
    expect(importances.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6)
    expect(importances.indexOf(Math.max(...importances))).toBe(0)
  })
})

test('probabilities of trees add up to one and are never 0', async () => {
  const { problem, answer } = problems[2] as (typeof problems)[number]
  for (const kind of ['random-forest', 'boosted-trees'] as const) {
    const measured = (await train(kind, problem, answer)).predict(features)
    for (let row = 0; row < rows; row++) {
      const total = [0, 1, 2].reduce((sum, id) => sum + Math.exp(measured[row * 3 + id] as number), 0)
      expect(total).toBeCloseTo(1, 4)
    }
    expect(Math.min(...measured)).toBeGreaterThan(-14)
  }
})

test('where the training texts have but one class, trees are as sure of it as they can be', async () => {
  const problem: Problem = { kind: 'single-label', labels: ['seen', 'unseen'] }
  const [seen = 0, unseen = 0] = (await train('boosted-trees', problem, () => [0])).predict(features)
  expect(seen).toBeGreaterThan(-1e-5)
  expect(unseen).toBeLessThan(-10)
})

test('the library leaves no answer to uncaught errors behind', async () => {
  const listeners = () => process.rawListeners('uncaughtException').map(String).join()
  await train('boosted-trees', { kind: 'regression', mean: 0, deviation: 1 }, (row) => [first(row)])
  expect(listeners()).not.toContain('ExitStatus')
})

test('a linear model heeds the weights of rows, trees refuse them', async () => {
  const { problem } = problems[1] as (typeof problems)[number]
  const rare = (row: number) => [first(row) > 1 !== (row % 5 === 0) ? 1 : 0]
  const weighted: FeatureTable = {
    ...table(rare),
    weights: Array.from({ length: rows }, (_, row) => (rare(row)[0] === 1 ? 1.8 : 0.6)),
  }
  const saysYes = async (of: FeatureTable) => {
    const measured = (await finish(fitPredictor('linear', problem, of, solver))).predict(features)
    return Array.from({ length: rows }, (_, row) => Number(measured[row * 2 + 1]) > Number(measured[row * 2])).filter(
      Boolean,
    )
  }
  expect((await saysYes(weighted)).length).toBeGreaterThan((await saysYes({ ...weighted, weights: null })).length)
  await expect(finish(fitPredictor('random-forest', problem, weighted, solver))).rejects.toThrow(/every text once/)
})

async function train(kind: PredictorKind, problem: Problem, answer: (row: number) => number[]): Promise<Predictor> {
  return await finish(fitPredictor(kind, problem, table(answer), solver))
}

async function finish(work: ReturnType<typeof fitPredictor>): Promise<Predictor> {
  for (;;) {
    const next = await work.next()
    if (next.done) return next.value
  }
}

function shareRight(measured: Float32Array, outputs: number, problem: Problem, answer: (row: number) => number[]) {
  const right = Array.from({ length: rows }, (_, row) => {
    const said = [...measured.subarray(row * outputs, (row + 1) * outputs)]
    const truth = answer(row)
    if (problem.kind === 'regression') return Math.abs((said[0] as number) - (truth[0] as number)) < 0.5
    if (problem.kind === 'multi-label') return truth.every((given, id) => (said[id] as number) > 0 === (given === 1))
    return said.indexOf(Math.max(...said)) === truth[0]
  })
  return right.filter(Boolean).length / rows
}
