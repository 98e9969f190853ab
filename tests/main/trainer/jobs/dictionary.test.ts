import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../../../src/main/engine/random'
import type { JobContext } from '../../../../src/main/trainer/jobs/context'
import {
  exportDictionary,
  isDictionaryFolder,
  predictWithDictionary,
  readDictionary,
  trainDictionary,
} from '../../../../src/main/trainer/jobs/dictionary'
import type { DatasetRow, SplitName } from '../../../../src/shared/dataset'
import type { Problem } from '../../../../src/shared/problem'
import type { Recipe } from '../../../../src/shared/recipe'
import { headlineOf } from '../../../../src/shared/result'
import type { StrategyOptions } from '../../../../src/shared/strategy'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fino-dictionary-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const random = createRandom('rows')
const pick = (words: readonly string[]) => words[random.integer(words.length)] as string
const split = (row: number): SplitName => (row % 5 === 3 ? 'validation' : row % 5 === 4 ? 'test' : 'train')
const fillers = ['stone', 'river', 'cloud', 'table', 'lamp', 'garden']

/** A praising word or a blaming one decides; texts of the test split have a word that no other has. */
const rows: (Omit<DatasetRow, 'target'> & { good: boolean })[] = Array.from({ length: 150 }, (_, row) => {
  const good = random.integer(2) === 1
  const words = [pick(fillers), pick(good ? ['splendid', 'lovely'] : ['dreadful', 'horrid']), pick(fillers)]
  if (split(row) !== 'train') words.push(split(row) === 'test' ? 'testword' : 'validationword')
  return { id: row + 1, text: words.join(' '), split: split(row), good }
})

interface Kind {
  problem: Problem
  target(row: (typeof rows)[number]): string
}
const kinds: Record<string, Kind> = {
  'single-label': {
    problem: { kind: 'single-label', labels: ['bad', 'good'] },
    target: ({ good }) => (good ? 'good' : 'bad'),
  },
  'multi-label': {
    problem: { kind: 'multi-label', labels: ['praise', 'river'], separator: '|' },
    target: ({ good, text }) => [good ? 'praise' : '', text.includes('river') ? 'river' : ''].filter(Boolean).join('|'),
  },
  regression: { problem: { kind: 'regression', mean: 0, deviation: 2 }, target: ({ good }) => (good ? '2' : '-2') },
}

const context = (requested: 'stop' | 'cancel' | null = null): JobContext => ({
  stop: { requested },
  progress: () => {},
  counted: () => {},
  checkpoint: () => {},
  flush: () => {},
  breathe: async () => {},
})

async function train(
  name: string,
  kind: string,
  options: StrategyOptions = {},
  {
    wordList = null,
    context: used = context(),
    seed = 1,
  }: { wordList?: string | null; context?: JobContext; seed?: number } = {},
) {
  const runFolder = join(home, name)
  await mkdir(runFolder, { recursive: true })
  const rowsFile = join(home, `${kind}.jsonl`)
  const { problem, target } = kinds[kind] as Kind
  await writeFile(
    rowsFile,
    rows.map((row) => JSON.stringify({ id: row.id, text: row.text, target: target(row), split: row.split })).join('\n'),
  )
  const recipe = { strategy: 'dictionary', options, seed } as Recipe
  const material = { modelFolder: '', rowsFile, problem, wordListFile: wordList }
  const output = await trainDictionary({ material, recipe, runFolder, resume: false }, used)
  return { output, rowsFile, trained: { kind: 'run', runFolder, recipe, modelFolder: '', problem } as const }
}

describe.each(Object.keys(kinds))('%s', (kind) => {
  test.each(['linear', 'random-forest', 'boosted-trees'])(
    '%s: trains, answers, is exported and read back',
    async (predictor) => {
      const name = `${kind}-${predictor}`
      const { output, rowsFile, trained } = await train(name, kind, { predictor })
      const { result, testRows } = output
      expect(headlineOf(result.test).value).toBeGreaterThan(0.9)
      expect(headlineOf(result.naive).value).toBeLessThan(0.8)
      expect(testRows).toHaveLength(30)

      const [said] = await predictWithDictionary(trained, ['splendid stone'], context())
      if (said?.kind === 'single-label') expect(said.label).toBe('good')
      else if (said?.kind === 'multi-label') expect(said.labels).toEqual(['praise'])
      else expect(said).toMatchObject({ kind: 'regression', value: expect.closeTo(2, -0.5) })

      const folder = join(home, `${name}-export`)
      const exported = await exportDictionary({ trained, rowsFile, folder, card: card(output.result) }, context())
      expect(exported.certificate).toMatchObject({ passed: true, maximumLogitDifference: 0, examples: 30 })
      expect(await isDictionaryFolder(folder)).toBe(true)
      const fromExport = { kind: 'export', folder, modelFolder: null } as const
      expect(await predictWithDictionary(fromExport, ['splendid stone'], context())).toEqual([said])
      const readme = await readFile(join(folder, 'README.md'), 'utf8')
      expect(readme).toContain(exported.snippet.trimEnd())
      expect(readme).toContain(headlineOf(result.test).value.toFixed(3))
    },
  )
})

test('words of the validation and test splits are not in the dictionary', async () => {
  const { trained } = await train('leak', 'single-label', { minimumTexts: 1, ngrams: 2 })
  const { terms, importances } = await readDictionary(trained)
  const words = terms.map(({ term }) => term).join(' ')
  expect(words).toContain('splendid')
  expect(words).not.toMatch(/testword|validationword/)
  expect(importances.map(({ category }) => category)).toEqual(['bad', 'good', 'ln(1 + words)'])
})

test('the same seed gives the same words and answers, byte for byte; another seed others', async () => {
  const [first, again, other] = [
    await train('same-1', 'regression'),
    await train('same-2', 'regression'),
    await train('other', 'regression', {}, { seed: 2 }),
  ]
  expect(again.output.testRows).toEqual(first.output.testRows)
  expect(other.output.testRows).not.toEqual(first.output.testRows)
  const { test: tested, validation, naive } = first.output.result
  expect(again.output.result).toMatchObject({ test: tested, validation, naive })
  const file = (run: string, name: string) => readFile(join(home, run, 'dictionary', name), 'utf8')
  for (const name of ['dictionary.csv', 'fino.json']) {
    expect(await file('same-2', name)).toBe(await file('same-1', name))
  }
})

describe("the analyst's own list", () => {
  const listFile = () => join(home, 'list.csv')
  beforeAll(() => writeFile(listFile(), 'term,category,weight\nsplend*,praise,2\nlovely,praise\nriver,good,1\n'))

  test('alone: its words and weights, and no others', async () => {
    const { trained, output } = await train(
      'list',
      'single-label',
      { dictionarySource: 'list' },
      { wordList: listFile() },
    )
    const { terms } = await readDictionary(trained)
    const holding = (word: string) => rows.filter((row) => row.split === 'train' && row.text.includes(word)).length
    expect(terms).toEqual([
      { term: 'splend*', category: 'praise', weight: 2, texts: holding('splendid') },
      { term: 'lovely', category: 'praise', weight: 1, texts: holding('lovely') },
      { term: 'river', category: 'good', weight: 1, texts: holding('river') },
    ])
    expect(headlineOf(output.result.test).value).toBe(1)
  })

  test('with the learnt words: a category of the same name stays apart', async () => {
    const { trained } = await train('both', 'single-label', {}, { wordList: listFile() })
    const { terms, importances } = await readDictionary(trained)
    expect(importances.map(({ category }) => category)).toEqual([
      'bad',
      'good',
      'praise',
      'good (list)',
      'ln(1 + words)',
    ])
    expect(terms.filter(({ category }) => category === 'good (list)').map(({ term }) => term)).toEqual(['river'])
    expect(terms.some(({ category, term }) => category === 'good' && term === 'splendid')).toBe(true)
  })

  test('none chosen where only a list is to be used', async () => {
    await expect(train('none', 'single-label', { dictionarySource: 'list' })).rejects.toMatchObject({
      code: 'recipe-invalid',
    })
  })

  test('gone from the disk', async () => {
    const gone = train('gone', 'single-label', {}, { wordList: join(home, 'gone.csv') })
    await expect(gone).rejects.toMatchObject({ code: 'file-missing' })
  })
})

test('cancelled: nothing is kept; stopped: saved, and says so', async () => {
  await expect(train('cancelled', 'regression', {}, { context: context('cancel') })).rejects.toMatchObject({
    code: 'cancelled',
  })
  await expect(readDictionary({ runFolder: join(home, 'cancelled') })).rejects.toMatchObject({
    code: 'checkpoint-malformed',
  })
  const { output, trained } = await train('stopped', 'regression', {}, { context: context('stop') })
  expect(output.result.stoppedBecause).toBe('asked')
  expect((await readDictionary(trained)).terms.length).toBeGreaterThan(0)
})

test('progress counts up within its phases, and validation is a point of the curves', async () => {
  const seen: { phase: string; share: number }[] = []
  const points: string[] = []
  await train(
    'progress',
    'regression',
    {},
    {
      context: {
        ...context(),
        progress: ({ phase, phaseShare }, more) => {
          seen.push({ phase, share: phaseShare })
          points.push(...more.map(({ name }) => name))
        },
      },
    },
  )
  const order = ['loading', 'encoding', 'training', 'evaluating', 'finalizing']
  const phases = seen.map(({ phase }) => order.indexOf(phase))
  expect(phases).toEqual(phases.toSorted((left, right) => left - right))
  const training = seen.filter(({ phase }) => phase === 'training').map(({ share }) => share)
  expect(training).toEqual(training.toSorted((left, right) => left - right))
  expect(Math.max(...training)).toBeLessThan(1)
  expect(points).toContain('validation/r2')
})

test('too few texts for any word: says how many there are', async () => {
  await expect(train('rare', 'single-label', { minimumTexts: 1000 })).rejects.toMatchObject({
    code: 'dataset-too-small',
  })
})

test('a damaged dictionary is named', async () => {
  const { trained } = await train('damaged', 'single-label', { predictor: 'random-forest' })
  const folder = join(trained.runFolder, 'dictionary')
  await cp(folder, join(home, 'kept'), { recursive: true })
  await writeFile(join(folder, 'predictor-0.zip'), 'no archive')
  await expect(readDictionary(trained)).rejects.toMatchObject({ code: 'checkpoint-malformed', details: { folder } })
  expect(await isDictionaryFolder(home)).toBe(false)
})

function card(result: Awaited<ReturnType<typeof trainDictionary>>['result']) {
  return {
    runName: 'A dictionary',
    datasetName: 'praise',
    datasetRows: rows.length,
    splits: { train: 90, validation: 30, test: 30 },
    baseModelName: '',
    baseReference: '',
    result,
    createdAt: '2026-01-01T00:00:00.000Z',
  }
}
