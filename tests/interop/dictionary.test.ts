/**
 * An exported dictionary in Python: the page's own snippet scores texts as Fino does. Runs where Python is (FINO_PYTHON);
 * trees where that has `ydf`.
 */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readDictionary, writeDictionary } from '../../src/main/baselines/dictionary-folder'
import { readSettings } from '../../src/main/baselines/options'
import type { PredictorKind } from '../../src/main/baselines/predictor'
import { trainDictionary } from '../../src/main/baselines/train-dictionary'
import { createRandom } from '../../src/main/engine/random'
import { dictionarySnippet } from '../../src/main/trainer/jobs/dictionary-readme'
import { solver } from '../../src/main/trainer/jobs/linear-solver'
import type { Problem } from '../../src/shared/problem'

const texts = [
  'Lower taxes, lower taxes: business grows!',
  'We’ll raise taxation again; DON’T.',
  'Saúde e educação para os pobres, não impostos.',
  'Saúde, saúde e mais saúde.',
  '?!',
]
const numbers = [2, -1, 1, 1.5, 0]
const wordList = [
  { term: 'tax*', category: 'money', weight: 2 },
  { term: 'lower tax*', category: 'money', weight: -1.5 },
  { term: 'saúde', category: 'care, "health"', weight: 1 },
]
const problems: { problem: Problem; answers: number[][] }[] = [
  { problem: { kind: 'regression', mean: 3, deviation: 2 }, answers: numbers.map((number) => [number]) },
  {
    problem: { kind: 'single-label', labels: ['no', 'yes "so"'] },
    answers: numbers.map((number) => [number > 0 ? 1 : 0]),
  },
  {
    problem: { kind: 'multi-label', labels: ['a', 'b'], separator: ',' },
    answers: numbers.map((number) => [number > 0 ? 1 : 0, number < 1 ? 1 : 0]),
  },
]

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fino-interop-'))
})
afterAll(() => rm(home, { recursive: true }))

const plain = findPython('json')
const withTrees = findPython('ydf')

describe('a linear dictionary in plain Python', () => {
  test.skipIf(plain)('is skipped: no Python; set FINO_PYTHON to one', (context) => context.skip())

  test.skipIf(!plain).each(problems)('$problem.kind', async ({ problem, answers }) => {
    const ours = await exportInto(join(home, problem.kind), problem, answers, 'linear')
    const theirs = ask(plain ?? '', ours.folder, ours.snippet)
    expectClose(
      theirs.map(({ features }) => features),
      ours.features,
    )
    expectClose(
      theirs.map(({ decision }) => decision),
      ours.decisions,
    )
  })
})

describe('trees in Python with ydf', () => {
  test.skipIf(withTrees)('is skipped: no Python with ydf; set FINO_PYTHON to one', (context) => context.skip())

  test.skipIf(!withTrees).each(['random-forest', 'boosted-trees'] as const)('%s', async (kind) => {
    const { problem, answers } = problems[0] as (typeof problems)[number]
    const ours = await exportInto(join(home, kind), problem, answers, kind)
    expectClose(
      ask(withTrees ?? '', ours.folder, ours.snippet).map(({ decision }) => decision),
      ours.decisions,
    )
  })
})

async function exportInto(folder: string, problem: Problem, answers: number[][], predictor: PredictorKind) {
  // Repeated, so that trees have something to split.
  const repeated = Array.from({ length: 20 }, () => texts).flat()
  const work = trainDictionary({
    problem,
    texts: repeated,
    answers: repeated.map((_, row) => Float32Array.from(answers[row % texts.length] as number[])),
    weights: null,
    settings: readSettings({ predictor, ngrams: 2 }),
    wordList,
    solver,
    shuffle: createRandom(1).shuffle,
    isEnough: () => false,
  })
  let next = await work.next()
  while (!next.done) next = await work.next()
  await mkdir(folder)
  await writeDictionary(folder, next.value)

  const { scorer, predictor: opened } = await readDictionary(folder, solver)
  const features = texts.map((text) => scorer.score(text))
  const measured = features.map((own) => [...opened.predict(own)])
  const snippet = dictionarySnippet({ problem, predictor: opened.record })
  return {
    folder,
    snippet,
    features: features.map((own) => [...own]),
    decisions: measured.map((one) => decide(problem, one)),
  }
}

function decide(problem: Problem, measured: readonly number[]): number[] {
  if (problem.kind === 'regression') return measured.map((value) => value * problem.deviation + problem.mean)
  if (problem.kind === 'multi-label') return measured.map((logit) => 1 / (1 + Math.exp(-logit)))
  const total = measured.reduce((sum, logit) => sum + Math.exp(logit), 0)
  return measured.map((logit) => Math.exp(logit) / total)
}

/** Runs the snippet in its folder and asks what it defines. */
function ask(python: string, folder: string, snippet: string): { features: number[]; decision: number[] }[] {
  const question = `
def numbers(answer):
    return [float(value) for value in (answer.values() if isinstance(answer, dict) else [answer])]
texts = json.loads(${JSON.stringify(JSON.stringify(texts))})
print("@@" + json.dumps([{"features": features(text), "decision": numbers(decide(features(text)))} for text in texts]))
`
  const output = execFileSync(python, ['-c', snippet + question], { cwd: folder, encoding: 'utf8' })
  return JSON.parse(output.slice(output.indexOf('@@') + 2))
}

function expectClose(theirs: readonly number[][], ours: readonly number[][]): void {
  const apart = ours.flatMap((row, text) =>
    row.map((value, at) => Math.abs(value - (theirs[text]?.[at] ?? Number.NaN))),
  )
  const largest = Math.max(...apart)
  console.info(`numbers differ by at most ${largest.toExponential(1)}`)
  expect(largest).toBeLessThan(2e-6)
}

function findPython(library: string): string | null {
  const candidate = process.env.FINO_PYTHON ?? 'python3'
  try {
    execFileSync(candidate, ['-c', `import ${library}`], { stdio: 'ignore' })
    return candidate
  } catch {
    return null // no such Python, or one without the library
  }
}
