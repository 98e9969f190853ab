/** The whole application behind its messages, with a scripted trainer in the worker's place. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Application } from '../../src/main/application'
import { openDatabase } from '../../src/main/store/database'
import type { EventName } from '../../src/shared/contract'
import { Failure } from '../../src/shared/failure'
import type { Run } from '../../src/shared/run'
import { ask, browserHost, failureOf, openTestApplication, temporaryFolder } from '../support/application'
import {
  type Answers,
  type ScriptedTrainer,
  scriptedTrainer,
  someOutput,
  someResult,
  trainUntilAsked,
} from '../support/scripted-trainer'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let application: Application
let trainer: ScriptedTrainer
let heard: { name: EventName; payload: unknown }[]

beforeEach(async () => {
  folder = await temporaryFolder()
  await open()
})
afterEach(async () => {
  await application.close()
  await folder.remove()
})

async function open(answers: Answers = {}): Promise<void> {
  trainer = scriptedTrainer(answers)
  application = await openTestApplication(join(folder.path, 'home'), trainer)
  heard = []
  application.subscribe((name, payload) => heard.push({ name, payload }))
}

async function reopen(answers: Answers = {}): Promise<void> {
  await application.close()
  await open(answers)
}

const request = async () => {
  const dataset = await ask(application, 'datasets:import', {
    file: { kind: 'example' },
    options: { textColumn: 'text', targetColumn: 'topic', task: 'classification' },
  })
  return { datasetId: dataset.id, modelId: 'starter', strategy: 'lora' as const }
}
const start = async (name?: string) =>
  ask(application, 'runs:start', { request: await request(), ...(name === undefined ? {} : { name }) })
const get = (id: string) => ask(application, 'runs:get', { id })

async function until(id: string, status: Run['status']): Promise<Run> {
  for (;;) {
    const run = await get(id)
    if (run.status === status) return run
    if (run.failure !== null && run.status !== 'interrupted') throw new Error(run.failure.message)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
const begun = async (id: string) => {
  while (!heard.some(({ name, payload }) => name === 'runs:progress' && (payload as { id: string }).id === id)) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('messages', () => {
  test('an unknown command is a failure, not a crash', async () => {
    expect(await failureOf(application.invoke('runs:explode', {}))).toMatchObject({ code: 'usage' })
    expect(await failureOf(application.invoke('toString', {}))).toMatchObject({ code: 'usage' })
  })

  test('input that breaks the contract is refused, naming the field', async () => {
    expect(await failureOf(application.invoke('runs:get', { id: 7 }))).toMatchObject({
      code: 'usage',
      details: { field: 'id' },
    })
  })

  test('the host describes itself; a browser has no system dialog', async () => {
    expect(await ask(application, 'host:describe', null)).toMatchObject({ kind: 'browser', systemLanguage: 'en' })
    expect(await failureOf(application.invoke('files:choose-folder', null))).toMatchObject({ code: 'forbidden' })
    await application.close()
    const host = { ...browserHost, kind: 'electron' as const, chooseFolder: async () => '/models' }
    application = await openTestApplication(join(folder.path, 'home'), trainer, host)
    expect(await ask(application, 'files:choose-folder', null)).toBe('/models')
  })

  test('settings are kept', async () => {
    expect(await ask(application, 'settings:set', { language: 'pt' })).toMatchObject({ language: 'pt' })
    await reopen()
    expect(await ask(application, 'settings:get', null)).toMatchObject({ language: 'pt', backend: 'auto' })
  })

  test('a programming mistake becomes an internal failure with its message and without its trace', async () => {
    trainer.answers['measure-backends'] = async () => {
      throw new TypeError('x is not a function')
    }
    const failure = await failureOf(application.invoke('devices:doctor', null))
    expect(failure).toMatchObject({ code: 'internal', message: expect.stringContaining('x is not a function') })
    expect(JSON.stringify(failure)).not.toContain('at ')
  })

  test('the doctor reports this machine', async () => {
    const report = await ask(application, 'devices:doctor', null)
    expect(report).toMatchObject({ node: process.version, home: join(folder.path, 'home') })
    expect(report.memoryBytes).toBeGreaterThan(report.freeMemoryBytes)
    expect(report.backends.map(({ id }) => id)).toEqual(['wasm', 'tensorflow'])
  })

  test('the doctor says what is kept of frozen layers, and can drop it', async () => {
    const { devices, workspace } = application.features
    await mkdir(workspace.keptOutputs, { recursive: true })
    await writeFile(join(workspace.keptOutputs, 'ab.f32'), new Uint8Array(400))
    expect((await devices.doctor()).keptBytes).toBe(400)
    await devices.clearKept()
    expect((await devices.doctor()).keptBytes).toBe(0)
  })
})

describe('a run', () => {
  test('is queued, quoted, trained and stored; every change is published after it was stored', async () => {
    const run = await start('First try')
    expect(run).toMatchObject({ name: 'First try', status: 'queued', recipe: { epochs: 4, options: { rank: 8 } } })
    const finished = await application.features.runs.settled(run.id)
    expect(finished).toMatchObject({
      status: 'finished',
      backend: 'wasm',
      device: 'CPU, one thread',
      versions: { node: '24', baseModel: expect.any(String) },
      quote: { basis: 'prior', strategy: 'lora' },
      result: someResult(),
      failure: null,
      resumable: false,
    })
    expect(heard.filter(({ name }) => name === 'runs:changed').length).toBeGreaterThanOrEqual(3)
    const { rows, total } = await ask(application, 'runs:test-rows', { id: run.id, target: 'delivery', limit: 10 })
    expect({ rows, total }).toEqual({ rows: someOutput().testRows, total: 1 })
  })

  test('no longer keeps Fino busy when its end is told', async () => {
    const busy: Promise<boolean>[] = []
    application.subscribe((name) => {
      if (name === 'runs:changed') busy.push(application.isBusy())
    })
    await application.features.runs.settled((await start()).id)
    const told = await Promise.all(busy)
    expect([told[0], told.at(-1)]).toEqual([true, false])
  })

  test('keeps its points for a window that opens later', async () => {
    trainer.answers.train = trainUntilAsked
    const run = await start()
    await begun(run.id)
    expect(await ask(application, 'runs:history', { id: run.id })).toMatchObject({
      points: [{ step: 1, name: 'train/loss', value: 0.7 }],
      progress: { phase: 'training', step: 1 },
    })
    await ask(application, 'runs:cancel', { id: run.id })
    await until(run.id, 'cancelled')
  })

  test('stopped is saved and can be resumed to its end', async () => {
    trainer.answers.train = trainUntilAsked
    const run = await start()
    await begun(run.id)
    await ask(application, 'runs:stop', { id: run.id })
    expect(await until(run.id, 'stopped')).toMatchObject({ resumable: true, result: { stoppedBecause: 'asked' } })
    trainer.answers.train = async () => someOutput()
    await ask(application, 'runs:resume', { id: run.id })
    expect(await until(run.id, 'finished')).toMatchObject({ resumable: false, result: { stoppedBecause: 'finished' } })
    expect(
      trainer.jobs.filter(({ name }) => name === 'train').map(({ input }) => (input as { resume: boolean }).resume),
    ).toEqual([false, true])
  })

  test('that runs out of memory goes on from its last state with half as many texts at once', async () => {
    const outOfMemory = new Failure('out-of-memory', 'The memory ran out.')
    trainer.answers.train = async ({ step }) => {
      if ((step?.batchSize ?? 16) > 4) throw outOfMemory
      return someOutput()
    }
    const { id } = await start()
    expect(await application.features.runs.settled(id)).toMatchObject({ status: 'finished', recipe: { batchSize: 16 } })
    const trainings = trainer.jobs.filter(({ name }) => name === 'train').map(({ input }) => input)
    expect(trainings).toMatchObject([
      { resume: false },
      { resume: true, step: { batchSize: 8, accumulationSteps: 2 } },
      { resume: true, step: { batchSize: 4, accumulationSteps: 4 } },
    ])
    trainer.answers.train = async () => {
      throw outOfMemory
    }
    const hopeless = await application.features.runs.settled((await start()).id)
    expect(hopeless).toMatchObject({ status: 'failed', failure: { code: 'out-of-memory' } })
    expect(trainer.jobs.at(-1)?.input).toMatchObject({
      step: { batchSize: 1, accumulationSteps: 16, recomputeLayers: true },
    })
  })

  test('waits for the one before it, and runs though that one failed', async () => {
    trainer.answers.train = async () => {
      throw new Failure('run-diverged', 'The loss is no longer a number.')
    }
    const first = await start('first')
    const second = await start('second')
    await application.features.runs.settled(first.id)
    expect(await get(first.id)).toMatchObject({ status: 'failed', failure: { code: 'run-diverged' }, resumable: true })
    await application.features.runs.settled(second.id)
    expect(await get(second.id)).toMatchObject({ status: 'failed' })
  })

  test('that still waits can be cancelled without ever starting', async () => {
    trainer.answers.train = trainUntilAsked
    const first = await start('first')
    await begun(first.id)
    const second = await start('second')
    expect(await ask(application, 'runs:stop', { id: second.id })).toMatchObject({ status: 'cancelled' })
    expect(await failureOf(application.invoke('runs:remove', { id: first.id }))).toMatchObject({ code: 'run-state' })
    await ask(application, 'runs:cancel', { id: first.id })
    await until(first.id, 'cancelled')
    expect(trainer.jobs.filter(({ name }) => name === 'train')).toHaveLength(1)
  })

  test('that waits to be resumed keeps what it saved when it is stopped', async () => {
    trainer.answers.train = trainUntilAsked
    const first = await start('first')
    await begun(first.id)
    await ask(application, 'runs:stop', { id: first.id })
    await until(first.id, 'stopped')
    const second = await start('second')
    await begun(second.id)
    await ask(application, 'runs:resume', { id: first.id })
    expect(await ask(application, 'runs:stop', { id: first.id })).toMatchObject({
      status: 'interrupted',
      resumable: true,
    })
    await ask(application, 'runs:cancel', { id: second.id })
    await until(second.id, 'cancelled')
  })

  test('whose worker died is interrupted, with the reason, and can be resumed', async () => {
    trainer.answers.train = async () => {
      throw new Failure('worker-exited', 'The training process was killed from outside (SIGKILL).', {
        signal: 'SIGKILL',
      })
    }
    const { id } = await start()
    expect(await until(id, 'interrupted')).toMatchObject({
      failure: { code: 'worker-exited', details: { signal: 'SIGKILL' } },
      resumable: true,
    })
  })

  test('under way when Fino is closed is interrupted, a waiting one too; both can be resumed', async () => {
    trainer.answers.train = trainUntilAsked
    const first = await start('first')
    await begun(first.id)
    const second = await start('second')
    expect(await application.isBusy()).toBe(true)
    await reopen()
    for (const { id } of [first, second]) {
      expect(await get(id)).toMatchObject({ status: 'interrupted', resumable: true })
      await ask(application, 'runs:resume', { id })
      await until(id, 'finished')
    }
    expect(await application.isBusy()).toBe(false)
  })

  test('whose process vanished without a word is interrupted when Fino opens again', async () => {
    const { id } = await start()
    await until(id, 'finished')
    await application.close()
    const database = openDatabase(join(folder.path, 'home', 'fino.db'))
    database.prepare("UPDATE runs SET status = 'running', session_id = 'gone' WHERE id = ?").run(id)
    database.close()
    await open()
    expect(await get(id)).toMatchObject({ status: 'interrupted', failure: { code: 'worker-exited' } })
  })

  test('of another process is left to it', async () => {
    trainer.answers.train = trainUntilAsked
    const { id } = await start()
    await begun(id)
    const other = await openTestApplication(join(folder.path, 'home'), scriptedTrainer())
    expect((await ask(other, 'runs:get', { id })).status).toBe('running')
    expect(await failureOf(other.invoke('runs:stop', { id }))).toMatchObject({ code: 'run-state' })
    expect(await failureOf(other.invoke('runs:resume', { id }))).toMatchObject({ code: 'run-state' })
    await other.close()
    expect(await get(id)).toMatchObject({ status: 'running' })
  })

  test('can be renamed and removed with its files', async () => {
    const { id } = await start()
    await until(id, 'finished')
    const files = join(folder.path, 'home', 'runs', id)
    await mkdir(files, { recursive: true })
    expect(await ask(application, 'runs:rename', { id, name: 'Better name' })).toMatchObject({ name: 'Better name' })
    await ask(application, 'runs:remove', { id })
    expect(existsSync(files)).toBe(false)
    expect(await ask(application, 'runs:list', null)).toEqual([])
    expect(await failureOf(application.invoke('runs:get', { id }))).toMatchObject({ code: 'not-found' })
  })

  test('with a backend that cannot run here is refused before it is queued', async () => {
    const input = { request: { ...(await request()), backend: 'tensorflow' } }
    expect(await failureOf(application.invoke('runs:start', input))).toMatchObject({
      code: 'backend-unavailable',
      message: expect.stringContaining('It is not installed.'),
    })
    expect(await ask(application, 'runs:list', null)).toEqual([])
  })
})

describe('quotes', () => {
  test('a probe is used by the run that follows, and finished runs correct the next one', async () => {
    const asked = { request: await request(), probe: true }
    // 1 s loading + 200 test tokens x 1 ms + 4 epochs x (1000 x 4 ms + 200 x 1 ms) = 18 s
    const first = await ask(application, 'quotes:create', asked)
    expect(first).toMatchObject({ basis: 'probe', backend: 'wasm', steps: 40, trackRecord: null })
    expect(first.seconds.high).toBeCloseTo(18 * 1.3, 6)
    trainer.answers.train = async () => someOutput(someResult({ seconds: 36 }))
    const { id } = await start()
    expect(await application.features.runs.settled(id)).toMatchObject({ status: 'finished', quote: { basis: 'probe' } })
    const second = await ask(application, 'quotes:create', asked)
    expect(second.trackRecord).toEqual({ runs: 1, medianTimeError: 0.5 })
    expect(second.seconds.high).toBeCloseTo(36 * 1.3 ** 0.5, 6)
  })

  test('a probe that nobody waits for is ended, whether it has begun or not', async () => {
    const asked = await request()
    const probes = () => trainer.jobs.filter(({ name }) => name === 'probe')
    trainer.answers.probe = async (_, control) => {
      throw new Failure((await control.asked) === 'cancel' ? 'cancelled' : 'internal', 'asked')
    }
    const early = failureOf(application.invoke('quotes:create', { request: asked, probe: true }))
    await ask(application, 'quotes:cancel', { request: asked })
    expect(await early).toMatchObject({ code: 'cancelled' })
    expect(probes()).toHaveLength(0)

    const late = failureOf(application.invoke('quotes:create', { request: asked, probe: true }))
    await vi.waitFor(() => expect(probes()).toHaveLength(1))
    await ask(application, 'quotes:cancel', { request: { ...asked, epochs: 9 } })
    await ask(application, 'quotes:cancel', { request: asked })
    expect(await late).toMatchObject({ code: 'cancelled' })
    await ask(application, 'quotes:cancel', { request: asked })
  })

  test('strategies that share a batch size read the texts once', async () => {
    const base = await request()
    await ask(application, 'quotes:create', { request: base, probe: false })
    await ask(application, 'quotes:create', { request: { ...base, epochs: 9 }, probe: false })
    expect(trainer.jobs.filter(({ name }) => name === 'data-cost')).toHaveLength(1)
  })
})

describe('predictions', () => {
  test('one text, once the run has a result', async () => {
    trainer.answers.train = trainUntilAsked
    const { id } = await start()
    await begun(id)
    expect(await failureOf(application.invoke('predictions:text', { runId: id, text: 'Hi' }))).toMatchObject({
      code: 'run-state',
    })
    await ask(application, 'runs:stop', { id })
    await until(id, 'stopped')
    expect(await ask(application, 'predictions:text', { runId: id, text: 'Hi!' })).toMatchObject({ label: 'angry' })
  })

  test('a file: its own columns, two more, rows without a text left open; a browser can fetch it', async () => {
    const { id } = await start()
    await until(id, 'finished')
    const input = join(folder.path, 'in.csv')
    await writeFile(input, 'id;message;prediction\n1;"Hello; you!";old\n2;;old\n3;"two\nlines";old\n')
    const outputPath = join(folder.path, 'out', 'labelled.csv')
    const file = { kind: 'path' as const, path: input }
    const answer = await ask(application, 'predictions:file', { runId: id, file, textColumn: 'message', outputPath })
    expect(answer).toMatchObject({ rows: 3, outputPath })
    const expected =
      'id,message,prediction,prediction 2,confidence\n' +
      '1,Hello; you!,old,angry,0.750000\n2,,old,,\n3,"two\nlines",old,calm,0.750000\n'
    expect(await readFile(outputPath, 'utf8')).toBe(expected)
    expect(heard.findLast(({ name }) => name === 'predictions:progress')?.payload).toEqual({
      runId: id,
      done: 3,
      total: 3,
    })
    const { base64, fileName } = await ask(application, 'files:download', { downloadId: answer.downloadId })
    expect([fileName, Buffer.from(base64, 'base64').toString()]).toEqual(['labelled.csv', expected])
  })

  test('a file without the column, or with a broken row, leaves nothing behind', async () => {
    const { id } = await start()
    await until(id, 'finished')
    const input = join(folder.path, 'in.csv')
    const outputPath = join(folder.path, 'labelled.csv')
    const predict = (textColumn: string) =>
      failureOf(
        application.invoke('predictions:file', {
          runId: id,
          file: { kind: 'path', path: input },
          textColumn,
          outputPath,
        }),
      )
    await writeFile(input, 'a,b\n1,2\n3,4\n')
    expect(await predict('text')).toMatchObject({
      code: 'column-missing',
      message: expect.stringContaining('Its columns are: a, b'),
    })
    await writeFile(input, 'a,b\n1,2\n3\n')
    expect(await predict('a')).toMatchObject({ code: 'dataset-malformed' })
    expect(existsSync(outputPath)).toBe(false)
  })

  test('an uploaded file is read as one of this machine', async () => {
    const { id } = await start()
    await until(id, 'finished')
    const { uploadId } = await ask(application, 'files:upload-begin', { fileName: 'mine.csv' })
    for (const part of ['text\nGood', '\nBad!\n']) {
      await ask(application, 'files:upload-chunk', { uploadId, base64: Buffer.from(part).toString('base64') })
    }
    const file = { kind: 'upload' as const, uploadId, fileName: 'mine.csv' }
    expect(await ask(application, 'predictions:preview', { file })).toMatchObject({ fileName: 'mine.csv', rowCount: 2 })
    const { outputPath, rows } = await ask(application, 'predictions:file', { runId: id, file, textColumn: 'text' })
    expect(rows).toBe(2)
    expect(outputPath).toMatch(/home.exports.predictions.mine-labelled-.*\.csv$/)
  })

  test('only files that were offered can be downloaded, only begun uploads can grow', async () => {
    const upload = { uploadId: '../../etc/passwd', base64: '' }
    expect(await failureOf(application.invoke('files:upload-chunk', upload))).toMatchObject({ code: 'not-found' })
    expect(await failureOf(application.invoke('files:download', { downloadId: '/etc/passwd' }))).toMatchObject({
      code: 'not-found',
    })
  })
})

describe('exports', () => {
  test('go to a new folder under the workspace, each with its certificate', async () => {
    const { id } = await start('Faturação & cobrança')
    await until(id, 'finished')
    const first = await ask(application, 'exports:create', { runId: id })
    const second = await ask(application, 'exports:create', { runId: id })
    expect(first.folder).toBe(join(folder.path, 'home', 'exports', `faturacao-cobranca-${id}`))
    expect(second.folder).toBe(`${first.folder}-2`)
    expect(first.certificate.passed).toBe(true)
    expect(await ask(application, 'exports:list', { runId: id })).toEqual([second, first])
  })

  test('a folder that holds files is refused', async () => {
    const { id } = await start()
    await until(id, 'finished')
    const taken = join(folder.path, 'thesis')
    await mkdir(taken)
    await writeFile(join(taken, 'chapter-1.txt'), 'precious')
    expect(await failureOf(application.invoke('exports:create', { runId: id, folder: taken }))).toMatchObject({
      code: 'write-failed',
      message: expect.stringContaining('holds files already'),
    })
    expect(await readFile(join(taken, 'chapter-1.txt'), 'utf8')).toBe('precious')
  })
})
