/** `kill -9` of the worker in mid-run, then resume: the same numbers as a run that nobody disturbed, bit for bit. */
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Application, openApplication } from '../../src/main/application'
import { createLog } from '../../src/main/files/log'
import { createTrainer } from '../../src/main/trainer/trainer'
import type { Progress, Run } from '../../src/shared/run'
import type { StrategyId } from '../../src/shared/strategy'
import { ask, browserHost, temporaryFolder } from '../support/application'
import { startBackend } from '../support/backend'
import { ensureBuilt } from '../support/build'
import { writeTinyProject } from '../support/tiny-project'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let application: Application
let datasetId: string
let modelId: string

beforeAll(async () => {
  const built = ensureBuilt()
  folder = await temporaryFolder()
  await startBackend('cpu')
  const { modelFolder, rowsFile } = await writeTinyProject(folder.path)
  const rows = (await readFile(rowsFile, 'utf8')).trim().split('\n')
  const table = rows.map((row) => JSON.parse(row)).map(({ text, target }) => `${text},${target}`)
  await writeFile(join(folder.path, 'rows.csv'), `text,label\n${table.join('\n')}\n`)
  const log = createLog('silent')
  const worker = {
    workerFile: join(built, 'main', 'worker.js'),
    nodeBinary: process.execPath,
    environment: process.env,
  }
  const trainer = createTrainer({ ...worker, log })
  application = await openApplication({ home: join(folder.path, 'home'), host: browserHost, log, trainer })
  const file = { kind: 'path' as const, path: join(folder.path, 'rows.csv') }
  datasetId = (await ask(application, 'datasets:import', { file, options: {} })).id
  modelId = (await ask(application, 'models:add', { folder: modelFolder })).id
}, 180_000)
afterAll(async () => {
  await application?.close()
  await folder?.remove()
})

/** Many epochs, so that there is a middle to be killed in; patience off, so that all of them are run. */
const start = (strategy: StrategyId) =>
  ask(application, 'runs:start', {
    request: {
      datasetId,
      modelId,
      strategy,
      backend: 'wasm',
      epochs: 15,
      batchSize: 4,
      maxLength: 16,
      patience: 0,
      seed: 5,
    },
  })

async function historyOf({ id }: Run) {
  const { points } = await ask(application, 'runs:history', { id })
  const { rows } = await ask(application, 'runs:test-rows', { id, limit: 500 })
  return { points, rows }
}

function killWorkers(): void {
  for (const line of execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')) {
    const [pid, parent, ...command] = line.trim().split(/\s+/)
    if (Number(parent) === process.pid && command.some((part) => part.endsWith('worker.js'))) {
      process.kill(Number(pid), 'SIGKILL')
    }
  }
}

/** Kills the workers as soon as the run has done some steps. */
async function killInTheMiddle(id: string, afterStep: number): Promise<Run> {
  await new Promise<void>((resolve) => {
    const leave = application.subscribe((name, payload) => {
      const message = payload as { id: string; progress: Progress }
      if (name !== 'runs:progress' || message.id !== id || message.progress.step < afterStep) return
      leave()
      killWorkers()
      resolve()
    })
  })
  return application.features.runs.settled(id)
}

/** One that keeps the frozen part, one that trains beside it, one that trains it all; resuming is a law for every strategy. */
const trained: readonly StrategyId[] = ['head-only', 'lora', 'full']
test.skipIf(process.platform === 'win32').each(trained)(
  '%s: killed, resumed and never disturbed give the same losses',
  async (strategy) => {
    const undisturbed = await application.features.runs.settled((await start(strategy)).id)
    expect(undisturbed).toMatchObject({ status: 'finished', failure: null })

    const { id } = await start(strategy)
    const killed = await killInTheMiddle(id, 40)
    expect(killed).toMatchObject({
      status: 'interrupted',
      resumable: true,
      failure: { code: 'worker-exited', details: { signal: 'SIGKILL' } },
    })
    const { checkpoint } = await ask(application, 'runs:history', { id })
    expect(checkpoint?.step).toBeGreaterThan(0)
    await ask(application, 'runs:resume', { id })
    const resumed = await application.features.runs.settled(id)
    expect(resumed).toMatchObject({ status: 'finished', failure: null })

    expect((await ask(application, 'runs:history', { id })).checkpoint).toBeNull()
    expect(await historyOf(resumed)).toEqual(await historyOf(undisturbed))
    expect(resumed.result?.test).toEqual(undisturbed.result?.test)
    expect(resumed.result?.validation).toEqual(undisturbed.result?.validation)
    expect(resumed.result?.bestStep).toBe(undisturbed.result?.bestStep)
  },
  240_000,
)
