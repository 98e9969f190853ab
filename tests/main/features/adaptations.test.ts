/** Adapting a model behind the application's messages, with a scripted trainer in the worker's place. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Application } from '../../../src/main/application'
import type { AdaptOutput } from '../../../src/main/trainer/contract'
import type { AdaptationRequest } from '../../../src/shared/adaptation'
import type { DatasetRow } from '../../../src/shared/dataset'
import type { LanguageMetrics, RunResult } from '../../../src/shared/result'
import type { Run } from '../../../src/shared/run'
import { ask, failureOf, openTestApplication, temporaryFolder } from '../../support/application'
import { type Answers, type ScriptedTrainer, scriptedTrainer, someResult } from '../../support/scripted-trainer'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let application: Application
let trainer: ScriptedTrainer

beforeEach(async () => {
  folder = await temporaryFolder()
  await open()
})
afterEach(async () => {
  await application.close()
  await folder.remove()
})

const measured = (loss: number): LanguageMetrics => ({
  ...{ kind: 'language', loss, perplexity: Math.exp(loss), tokenAccuracy: 0.3, examples: 10, tokens: 40 },
})

function adapted(stoppedBecause: RunResult['stoppedBecause'] = 'finished'): AdaptOutput {
  const scores = { validation: measured(2), test: measured(2), naive: measured(4) }
  const result = someResult({ ...scores, stoppedBecause })
  return { result, head: 'kept', backend: 'wasm', device: 'CPU', versions: {} }
}

async function open(answers: Answers = {}): Promise<void> {
  const writing: Answers = {
    adapt: async ({ folder: target }) => {
      await mkdir(target, { recursive: true })
      await writeFile(join(target, 'config.json'), '{}')
      return adapted()
    },
  }
  trainer = scriptedTrainer({ ...writing, ...answers })
  application = await openTestApplication(join(folder.path, 'home'), trainer)
}

/** 80 labelled rows and 40 that nobody labelled; two of those repeat a labelled one. */
async function importMessages() {
  const rows = Array.from({ length: 120 }, (_, index) => {
    const text = index === 118 ? 'message number 3' : index === 119 ? 'message number 4' : `message number ${index}`
    return `${text},${index < 80 ? (index % 2 === 0 ? 'good' : 'bad') : ''}`
  })
  const path = join(folder.path, 'messages.csv')
  await writeFile(path, `text,label\n${rows.join('\n')}\n`)
  const options = { textColumn: 'text', targetColumn: 'label', task: 'classification' } as const
  return { path, dataset: await ask(application, 'datasets:import', { file: { kind: 'path', path }, options }) }
}

async function settled(id: string): Promise<Run> {
  return application.features.runs.settled(id)
}

async function givenRows(): Promise<DatasetRow[]> {
  const { input } = trainer.jobs.findLast(({ name }) => name === 'adapt') as {
    input: { material: { rowsFile: string } }
  }
  const lines = (await readFile(input.material.rowsFile, 'utf8')).trim().split('\n')
  return lines.map((line) => JSON.parse(line) as DatasetRow)
}

async function evaluationTexts(id: string): Promise<Set<string>> {
  const lines = (await readFile(application.features.datasets.rowsFile(id), 'utf8')).trim().split('\n')
  const rows = lines.map((line) => JSON.parse(line) as DatasetRow)
  return new Set(rows.filter(({ split }) => split !== 'train').map(({ text }) => text))
}

describe('adapting a model', () => {
  it('learns from a data set: its training rows and those without a label, never what is evaluated on', async () => {
    const { dataset } = await importMessages()
    expect(dataset).toMatchObject({ rows: 80, splits: { train: 56 } })
    const request: AdaptationRequest = {
      modelId: 'starter',
      source: { kind: 'dataset', datasetId: dataset.id },
      epochs: 3,
    }
    const plan = await ask(application, 'adaptations:quote', { request, probe: true })
    const { texts, recipe } = plan
    expect(texts.leftOut.evaluation + texts.leftOut.repeated).toBe(24 + 2)
    expect(texts.training + texts.heldOut).toBe(56 + 38)
    expect(recipe).toMatchObject({ datasetId: dataset.id, task: 'adaptation', epochs: 3, batchSize: 32, seed: 42 })
    expect(plan.quote).toMatchObject({ basis: 'probe', backend: 'wasm' })

    const { id } = await ask(application, 'adaptations:start', { request: { ...request, name: 'Messages' } })
    const run = await settled(id)
    expect(run).toMatchObject({ status: 'finished', problem: { kind: 'language', objective: 'masked' } })
    expect(run.quote).toEqual(plan.quote)
    expect(run.adaptation).toMatchObject({ sourceName: 'messages', head: 'kept', texts, textColumn: 'text' })
    expect(run.adaptation?.exceptDatasets).toEqual([{ id: dataset.id, name: 'messages' }])
    const [rows, evaluated] = [await givenRows(), await evaluationTexts(dataset.id)]
    expect(rows.filter(({ split }) => split === 'train').length).toBe(texts.training)
    expect(rows.some(({ text }) => evaluated.has(text))).toBe(false)
    expect(rows.some(({ text }) => text === 'message number 100')).toBe(true)

    // The new model is one among the others; the run itself answers nothing.
    const models = await ask(application, 'models:list', null)
    expect(models.map((model) => model.id)).toEqual(['starter', run.adaptation?.modelId])
    expect(models[1]).toMatchObject({ folder: run.adaptation?.folder, name: 'Messages' })
    expect(await failureOf(application.invoke('predictions:text', { runId: id, text: 'a' }))).toMatchObject({
      code: 'run-state',
    })
    expect(await ask(application, 'exports:formats', { runId: id })).toEqual([])
    // A new split would put texts that were learnt from among those to evaluate on.
    expect(await failureOf(application.invoke('datasets:resplit', { id: dataset.id, splitSeed: 1 }))).toMatchObject({
      code: 'dataset-in-use',
    })
  })

  it('learns from any file, without what another data set is evaluated on', async () => {
    const { path, dataset } = await importMessages()
    const source = { kind: 'file', file: { kind: 'path', path } } as const
    const quoted = (request: AdaptationRequest) => ask(application, 'adaptations:quote', { request, probe: false })
    const without = await quoted({ modelId: 'starter', source })
    expect(without.texts).toMatchObject({ leftOut: { evaluation: 0, repeated: 2 } })
    const { texts } = await quoted({ modelId: 'starter', source, exceptDatasetIds: [dataset.id] })
    expect(texts.leftOut.evaluation).toBeGreaterThanOrEqual(24)
    expect(texts.training + texts.heldOut + texts.leftOut.evaluation + texts.leftOut.repeated).toBe(120)

    const lines = join(folder.path, 'lines.txt')
    await writeFile(lines, Array.from({ length: 60 }, (_, index) => `line, number ${index}`).join('\n\n'))
    const plain = { kind: 'file', file: { kind: 'path', path: lines } } as const
    expect((await quoted({ modelId: 'starter', source: plain })).texts).toMatchObject({ leftOut: { empty: 59 } })
  })

  it('refuses what cannot be, before anything is kept', async () => {
    const { path } = await importMessages()
    const source = { kind: 'file', file: { kind: 'path', path } } as const
    const refused = (request: AdaptationRequest) => failureOf(application.invoke('adaptations:start', { request }))
    expect(await refused({ modelId: 'starter', source: { ...source, textColumn: 'body' } })).toMatchObject({
      code: 'column-missing',
    })
    expect(await refused({ modelId: 'starter', source, maxLength: 4000 })).toMatchObject({ code: 'recipe-invalid' })
    expect(await refused({ modelId: 'other', source })).toMatchObject({ code: 'not-found' })
    expect(await refused({ modelId: 'starter', source, folder: folder.path })).toMatchObject({ code: 'write-failed' })
    await writeFile(path, 'text\none\ntwo\nthree\n')
    expect(await refused({ modelId: 'starter', source })).toMatchObject({ code: 'dataset-too-small' })
    expect(await ask(application, 'runs:list', null)).toEqual([])
  })

  it('teaches later quotes, and leaves the model knowing where it comes from when its run is gone', async () => {
    const { dataset } = await importMessages()
    const source = { kind: 'dataset', datasetId: dataset.id } as const
    const request: AdaptationRequest = { modelId: 'starter', source, name: 'Messages' }
    const before = await ask(application, 'adaptations:quote', { request, probe: true })
    expect(before.quote.trackRecord).toBeNull()
    const { id } = await ask(application, 'adaptations:start', { request })
    const run = await settled(id)
    const after = await ask(application, 'adaptations:quote', { request, probe: true })
    expect(after.quote.trackRecord).toMatchObject({ runs: 1 })
    // 1 s loading + 2 x 200 tokens x 1 ms + 4 epochs x (1000 x 4 ms + 200 x 1 ms) = 18.2 s; it took 20.
    const { seconds, memoryBytes } = after.quote
    expect(seconds.high / before.quote.seconds.high).toBeCloseTo(20 / 18.2 / 1.3 ** 0.5, 6)
    expect(memoryBytes.high / (run.result?.peakMemoryBytes ?? 0)).toBeCloseTo(1.4 ** 0.5, 6)

    await ask(application, 'runs:remove', { id })
    const [, model] = await ask(application, 'models:list', null)
    expect(model?.origin).toEqual({
      ...{ baseName: 'Starter', sourceName: 'messages', folder: run.adaptation?.folder },
      texts: run.adaptation?.texts.training,
    })
  })

  it('makes another model where a stopped run goes on, and removes the folders that are its own', async () => {
    const { path } = await importMessages()
    await application.close()
    let attempts = 0
    await open({
      adapt: async ({ folder: target, resume }) => {
        attempts += 1
        expect(resume).toBe(attempts === 2)
        await mkdir(target, { recursive: true })
        await writeFile(join(target, 'config.json'), String(attempts))
        return adapted(attempts === 1 ? 'asked' : 'finished')
      },
    })
    const source = { kind: 'file', file: { kind: 'path', path } } as const
    const { id } = await ask(application, 'adaptations:start', {
      request: { modelId: 'starter', source, name: 'Mine' },
    })
    const first = await settled(id)
    expect(first).toMatchObject({ status: 'stopped', name: 'Mine', adaptation: { modelName: 'Mine' } })
    await ask(application, 'runs:resume', { id })
    const second = await settled(id)
    expect(second.status).toBe('finished')
    expect(second.adaptation?.modelId).not.toBe(first.adaptation?.modelId)
    expect(second.adaptation?.folder).toBe(`${first.adaptation?.folder}-2`)
    await ask(application, 'models:remove', { id: first.adaptation?.modelId ?? '' })
    expect(existsSync(first.adaptation?.folder ?? '')).toBe(false)
    expect(existsSync(second.adaptation?.folder ?? '')).toBe(true)
  })
})
