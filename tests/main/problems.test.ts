/** Every kind of problem and the dictionary, from import to export, behind the application's messages. */
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Application } from '../../src/main/application'
import type { Jobs } from '../../src/main/trainer/contract'
import type { ImportOptions } from '../../src/shared/dataset'
import { defaultTemplate } from '../../src/shared/problem'
import type { RecipeRequest } from '../../src/shared/recipe'
import type { Metrics } from '../../src/shared/result'
import { ask, failureOf, openTestApplication, temporaryFolder } from '../support/application'
import {
  type ScriptedTrainer,
  scriptedTrainer,
  someOutput,
  someResult,
  someStrategy,
} from '../support/scripted-trainer'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let application: Application
let trainer: ScriptedTrainer

beforeEach(async () => {
  folder = await temporaryFolder()
  trainer = scriptedTrainer()
  application = await openTestApplication(join(folder.path, 'home'), trainer)
})
afterEach(async () => {
  await application.close()
  await folder.remove()
})

async function importRows(target: (row: number) => string, options: ImportOptions): Promise<string> {
  const path = join(folder.path, 'rows.csv')
  const rows = Array.from({ length: 60 }, (_, row) => `"message, number ${row} of many",${target(row)}`)
  await writeFile(path, `text,target\n${rows.join('\n')}\n`)
  const file = { kind: 'path' as const, path }
  return (await ask(application, 'datasets:import', { file, options })).id
}
const numbers = () => importRows((row) => String(row / 4), { task: 'regression' })
const responses = () =>
  importRows((row) => `"answer ${row}, in words"`, { task: 'instruction', textColumn: 'text', targetColumn: 'target' })
const several = () =>
  importRows((row) => ['a|b', 'b', 'c|a'][row % 3] ?? '', { task: 'classification', labelSeparator: '|' })

const request = (datasetId: string, changes: Partial<RecipeRequest> = {}): RecipeRequest => ({
  ...{ datasetId, modelId: 'starter', strategy: 'lora' },
  ...changes,
})
async function finished(asked: RecipeRequest, test?: Metrics) {
  if (test) trainer.answers.train = async () => someOutput(someResult({ test, validation: test, naive: test }))
  const { id } = await ask(application, 'runs:start', { request: asked })
  const run = await application.features.runs.settled(id)
  if (run.status !== 'finished') throw new Error(run.failure?.message ?? run.status)
  return run
}
const inputOf = <Name extends keyof Jobs>(name: Name) =>
  trainer.jobs.findLast((job) => job.name === name)?.input as Jobs[Name]['input']

const regression: Metrics = {
  ...{ kind: 'regression', r2: 0.4, meanSquaredError: 12, meanAbsoluteError: 2.5, correlation: 0.65 },
  ...{ loss: 0.6, examples: 6 },
}
const instruction: Metrics = {
  ...{ kind: 'instruction', loss: 1, perplexity: Math.E, tokenAccuracy: 0.5, exactMatch: 0.1, examples: 6, tokens: 40 },
}

describe('a run', () => {
  test('learns numbers by the mean and deviation of its training split', async () => {
    const run = await finished(request(await numbers()), regression)
    const [dataset] = await ask(application, 'datasets:list', null)
    const { mean, deviation } = dataset?.numbers ?? {}
    expect(mean).toBeCloseTo(7.4, 0)
    expect(run.problem).toEqual({ kind: 'regression', mean, deviation })
    expect(inputOf('train').material.problem).toEqual(run.problem)
    expect(inputOf('describe-strategies').problem).toEqual(run.problem)
    expect(run.result).toMatchObject({ test: regression, naive: regression })
  })

  test('learns several classes at once', async () => {
    const { problem } = await finished(request(await several()))
    expect(problem).toMatchObject({ kind: 'multi-label', separator: '|' })
    expect(problem.kind === 'multi-label' && [...problem.labels].sort()).toEqual(['a', 'b', 'c'])
  })

  test('answers prompts in the template of its recipe, or in the usual one', async () => {
    const datasetId = await responses()
    const usual = await finished(request(datasetId), instruction)
    expect(usual.problem).toEqual({ kind: 'instruction', template: defaultTemplate })
    const own = await finished(request(datasetId, { template: 'Q: {prompt}\nA: ' }), instruction)
    expect(own.problem).toEqual({ kind: 'instruction', template: 'Q: {prompt}\nA: ' })
    const twice = request(datasetId, { template: '{prompt} {prompt}' })
    expect(await failureOf(application.invoke('runs:start', { request: twice }))).toMatchObject({ code: 'usage' })
  })

  test('of a strategy that does not fit is refused before it is queued, with the reason', async () => {
    trainer.answers['describe-strategies'] = async () => [someStrategy({ misfit: 'needs-decoder' })]
    const failure = await failureOf(application.invoke('runs:start', { request: request(await responses()) }))
    expect(failure).toMatchObject({ code: 'strategy-unsupported', details: { misfit: 'needs-decoder' } })
    expect(failure.message).toMatch(/lora for instruction on .*: Answering prompts needs a model that writes .GPT-2/)
    expect(await ask(application, 'runs:list', null)).toEqual([])
  })
})

describe('predictions', () => {
  test('of numbers fill a column with values', async () => {
    const { id } = await finished(request(await numbers()), regression)
    trainer.answers['predict-texts'] = async ({ texts }) =>
      texts.map((text) => ({ kind: 'regression', value: text.length }))
    const path = join(folder.path, 'in.csv')
    await writeFile(path, 'text,value\nab,old\n,old\nabc,old\n')
    const file = { kind: 'path' as const, path }
    const { outputPath } = await ask(application, 'predictions:file', { runId: id, file, textColumn: 'text' })
    expect(await readFile(outputPath, 'utf8')).toBe('text,value,value 2\nab,old,2\n,old,\nabc,old,3\n')
    expect(await failureOf(application.invoke('predictions:compare', { runId: id, text: 'Hi' }))).toMatchObject({
      code: 'task-unsupported',
    })
  })

  test('of responses are written as asked, and compared with what the base model says', async () => {
    const { id, recipe, problem } = await finished(request(await responses()), instruction)
    trainer.answers['predict-texts'] = async ({ texts, trained, generation }) =>
      texts.map(() => ({
        ...{ kind: 'instruction', stoppedBecause: 'end' },
        text: `${trained.kind} ${generation?.temperature}`,
      }))
    const generation = { maximumTokens: 8, temperature: 0.7 }
    const both = await ask(application, 'predictions:compare', { runId: id, text: 'Hi', generation })
    expect(both).toMatchObject({ base: { text: 'base 0.7' }, tuned: { text: 'run 0.7' } })
    const [base, tuned] = trainer.jobs.slice(-2).map(({ input }) => input as Jobs['predict-texts']['input'])
    expect(base?.trained).toMatchObject({ kind: 'base', problem, maxLength: recipe.maxLength })
    expect(tuned?.generation).toEqual({ maximumTokens: 8, temperature: 0.7, topP: 1, seed: 0 })

    const path = join(folder.path, 'in.csv')
    await writeFile(path, 'prompt\nHi\n')
    const file = { kind: 'path' as const, path }
    const asked = { runId: id, file, textColumn: 'prompt', generation: { temperature: 0.2 } }
    const { outputPath } = await ask(application, 'predictions:file', asked)
    expect(await readFile(outputPath, 'utf8')).toBe('prompt,response\nHi,run 0.2\n')
  })
})

describe('exports', () => {
  test('are offered as the strategy with its options can be written, and no other', async () => {
    trainer.answers['describe-strategies'] = async ({ chosen }) => [
      someStrategy({ exportFormats: chosen?.options === undefined ? ['peft', 'fino'] : ['fino'] }),
    ]
    const { id, recipe } = await finished(request(await numbers()), regression)
    expect(await ask(application, 'exports:formats', { runId: id })).toEqual(['fino'])
    expect(inputOf('describe-strategies').chosen).toEqual({ strategy: 'lora', options: recipe.options })
    expect(await failureOf(application.invoke('exports:create', { runId: id, format: 'peft' }))).toMatchObject({
      code: 'strategy-unsupported',
      message: expect.stringContaining('cannot be written as peft. Choose fino.'),
    })
    await ask(application, 'exports:create', { runId: id, format: 'fino' })
    expect(inputOf('export')).toMatchObject({ format: 'fino' })
    await ask(application, 'exports:create', { runId: id })
    expect(inputOf('export')).not.toHaveProperty('format')
  })
})

describe('strategies', () => {
  test('are described with the options chosen for one, asked for once', async () => {
    const datasetId = await numbers()
    const chosen = { strategy: 'lora' as const, options: { rank: 4 } }
    for (const _ of [1, 2]) await ask(application, 'strategies:describe', { modelId: 'starter', datasetId, chosen })
    await ask(application, 'strategies:describe', { modelId: 'starter', datasetId })
    const asked = trainer.jobs.filter(({ name }) => name === 'describe-strategies')
    expect(asked.map(({ input }) => (input as Jobs['describe-strategies']['input']).chosen)).toEqual([
      chosen,
      undefined,
    ])
  })
})

describe('the dictionary', () => {
  const list = 'term,category,weight\nhappy*,joy,1\nsad,grief,-1\n'
  const words = {
    terms: [{ term: 'late', category: 'complaint', weight: 2, texts: 5 }],
    importances: [{ category: 'complaint', importance: 1 }],
  }
  beforeEach(() => {
    trainer.answers['describe-strategies'] = async () => [
      someStrategy({
        ...{ id: 'dictionary', exportFormats: ['dictionary'], trainableParameters: 0, totalParameters: 0 },
        options: [{ kind: 'word-list', name: 'wordList', value: '' }],
      }),
      someStrategy(),
    ]
    trainer.answers['read-dictionary'] = async () => words
  })
  const addList = async () => {
    const path = join(folder.path, 'feelings.csv')
    await writeFile(path, list)
    return ask(application, 'wordlists:import', { file: { kind: 'path', path } })
  }

  test('needs neither backend nor base model, is quoted from its words, and shows them', async () => {
    trainer.answers['measure-backends'] = async () => []
    const asked = request(await numbers(), { strategy: 'dictionary', backend: 'tensorflow', maxLength: 2000 })
    const quote = await ask(application, 'quotes:create', { request: asked, probe: true })
    expect(quote).toMatchObject({ strategy: 'dictionary', basis: 'prior', steps: 0 })
    expect(quote.seconds.high).toBeLessThan(30)
    const run = await finished(asked, regression)
    expect(run).toMatchObject({ modelName: '', recipe: { strategy: 'dictionary', options: { wordList: '' } } })
    expect(run.versions).not.toHaveProperty('baseModel')
    expect(trainer.jobs.map(({ name }) => name)).not.toContain('probe')
    expect(inputOf('train').material.wordListFile).toBeNull()
    expect(await ask(application, 'runs:dictionary', { id: run.id })).toEqual(words)
    expect(await ask(application, 'exports:formats', { runId: run.id })).toEqual(['dictionary'])
  })

  test('is not to be read of other runs', async () => {
    const { id } = await finished(request(await numbers()), regression)
    expect(await failureOf(application.invoke('runs:dictionary', { id }))).toMatchObject({
      code: 'strategy-unsupported',
    })
  })

  test('takes a list of the analyst, kept once whatever its name', async () => {
    const first = await addList()
    expect(first).toMatchObject({ name: 'feelings', terms: 2, categories: ['joy', 'grief'] })
    expect((await addList()).id).toBe(first.id)
    expect(await ask(application, 'wordlists:list', null)).toEqual([first])
    const asked = request(await numbers(), { strategy: 'dictionary', options: { wordList: first.id } })
    await finished(asked, regression)
    const file = inputOf('train').material.wordListFile
    expect(await readFile(file ?? '', 'utf8')).toBe(list)

    await ask(application, 'wordlists:remove', { id: first.id })
    expect(existsSync(file ?? '')).toBe(false)
    expect(await failureOf(application.invoke('wordlists:remove', { id: first.id }))).toMatchObject({
      code: 'not-found',
    })
    expect(await failureOf(application.invoke('runs:start', { request: asked }))).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(`no word list ${first.id}`),
    })
  })

  test('refuses a list that is none, and keeps nothing of it', async () => {
    const path = join(folder.path, 'broken.csv')
    await writeFile(path, 'word\nhappy\n')
    const failure = await failureOf(application.invoke('wordlists:import', { file: { kind: 'path', path } }))
    expect(failure).toMatchObject({ code: 'dataset-malformed', message: expect.stringContaining('broken.csv') })
    expect(await ask(application, 'wordlists:list', null)).toEqual([])
    expect(await readdir(application.features.workspace.wordLists)).toEqual([])
  })
})
