/** A real worker in a process of its own, on plain Node, with a tiny real model. */
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Jobs, Material, ModelCardFacts, WorkerMessage } from '../../../src/main/trainer/contract'
import type { Architecture } from '../../../src/shared/model'
import type { ProblemKind } from '../../../src/shared/problem'
import { headlineOf, type Prediction } from '../../../src/shared/result'
import { type ModelStrategyId, type StrategyId, strategyIds } from '../../../src/shared/strategy'
import { startBackend } from '../../support/backend'
import { tinyProjectRecipe, writeTinyProject } from '../../support/tiny-project'
import { type BuiltWorker, buildWorker } from '../../support/worker-build'
import { startWorkerClient, type WorkerClient } from '../../support/worker-client'

let built: BuiltWorker
let folder: string
let material: Material
const clients: WorkerClient[] = []

beforeAll(async () => {
  built = await buildWorker()
  folder = await mkdtemp(join(tmpdir(), 'fino-worker-'))
  await startBackend('cpu')
  material = await writeTinyProject(folder)
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end()
})
afterAll(async () => {
  await built.remove()
  await rm(folder, { recursive: true, force: true })
})

function worker(): WorkerClient {
  const client = startWorkerClient(built.file)
  clients.push(client)
  return client
}

const runFolder = (name: string) => join(folder, 'runs', name)
const trainInput = (name: string, strategy: StrategyId, changes = {}): Jobs['train']['input'] => ({
  material,
  recipe: tinyProjectRecipe(strategy, changes),
  runFolder: runFolder(name),
  resume: false,
})
const texts = ['late and lost', 'thanks great lamp', 'never']

function cardOf(result: ModelCardFacts['result']): ModelCardFacts {
  const splits = { train: 36, validation: 12, test: 12 }
  const names = { runName: 'a run', datasetName: 'messages', baseModelName: 'tiny', baseReference: 'tiny' }
  return { ...names, datasetRows: 60, splits, result, createdAt: '2026-01-02T03:04:05Z' }
}

describe('adapting', () => {
  it('is quoted, learns from texts, and writes a folder that is a model', async () => {
    const client = worker()
    const own = await writeTinyProject(join(folder, 'adapting'), 'bert', 'language')
    const recipe = tinyProjectRecipe('full', { epochs: 6, learningRate: 1e-2 })
    expect((await client.run('data-cost', { material: own, recipe })).stepsPerEpoch).toBe(9)
    expect((await client.run('probe', { material: own, recipe })).secondsPerTrainingToken).toBeGreaterThan(0)
    const target = join(folder, 'adapted')
    const left = { evaluation: 3, empty: 0, repeated: 1 }
    const card = {
      ...{ modelName: 'mine', baseModelName: 'tiny', baseReference: 'tiny', sourceName: 'messages' },
      texts: { training: 36, unlabelled: 0, heldOut: 12, leftOut: left },
      exceptDatasets: ['messages'],
      createdAt: '2026-01-02T03:04:05Z',
    }
    const heard: WorkerMessage[] = []
    const input = { material: own, recipe, runFolder: runFolder('adapting'), resume: false, folder: target, card }
    const { result, head } = await client.run('adapt', input, (message) => heard.push(message))
    expect(head).toBe('new')
    const { naive, validation, test } = result
    expect([naive.kind, validation.kind, test.kind]).toEqual(['language', 'language', 'language'])
    expect(validation.loss).toBeLessThan(naive.loss)
    // Read back from its files, it foresees what it did.
    expect(test.loss).toBeCloseTo(validation.loss, 6)
    const points = heard.flatMap((message) => (message.kind === 'progress' ? message.points : []))
    expect(points.find(({ name, step }) => name === 'validation/loss' && step === 0)?.value).toBe(naive.loss)
    expect(points.filter(({ name }) => name === 'train/loss').length).toBe(result.steps)
    expect(await readdir(target)).toEqual(
      expect.arrayContaining(['README.md', 'config.json', 'model.safetensors', 'vocab.txt', 'tokenizer_config.json']),
    )
    expect(await readFile(join(target, 'README.md'), 'utf8')).toContain('AutoModelForMaskedLM')

    // Any strategy goes on from it, and so does another adaptation, with the head that is there now.
    const facts = await client.run('describe-model', { modelFolder: target })
    expect(facts.parameters).toBe((await client.run('describe-model', own)).parameters)
    const again = { ...input, material: { ...own, modelFolder: target }, runFolder: runFolder('again') }
    const once = { ...recipe, epochs: 1 }
    const further = await client.run('adapt', { ...again, recipe: once, folder: join(folder, 'adapted-again') })
    expect(further.head).toBe('kept')
    expect(further.result.naive.loss).toBeCloseTo(test.loss, 6)
  })
})

describe('describing', () => {
  it('tells what a model is and what each strategy would train', async () => {
    const client = worker()
    const facts = await client.run('describe-model', { modelFolder: material.modelFolder })
    expect(facts).toMatchObject({ architecture: 'bert', layers: 2, width: 16, heads: 2, maximumLength: 32 })
    expect(facts.contentHash).toMatch(/^[0-9a-f]{64}$/)
    const strategies = await client.run('describe-strategies', {
      modelFolder: material.modelFolder,
      problem: material.problem,
    })
    expect(strategies.map(({ id }) => id).toSorted()).toEqual([...strategyIds].toSorted())
  })

  it('counts tokens and what an epoch costs', async () => {
    const client = worker()
    const lengths = await client.run('token-lengths', material)
    expect(lengths.length).toBe(60)
    // "lost" is one word of the vocabulary; with [CLS] and [SEP] around it.
    const rows = (await readFile(material.rowsFile, 'utf8')).trim().split('\n')
    const first = JSON.parse(rows[0] ?? '') as { text: string }
    expect(lengths[0]).toEqual({ id: 1, tokens: first.text.split(' ').length + 2 })
    const cost = await client.run('data-cost', { material, recipe: tinyProjectRecipe('lora') })
    expect(cost.stepsPerEpoch).toBe(9)
    expect(cost.longestBatchTokens).toBeLessThanOrEqual(4 * 16)
    expect(cost.trainingTokensPerEpoch % 8).toBe(0)
  })

  it('reports backends', async () => {
    const reports = await worker().run('measure-backends', { measure: false })
    expect(reports.find(({ id }) => id === 'wasm')).toMatchObject({ available: true, reason: null })
  })
})

/** Every strategy once, every problem, both families. */
const combinations: readonly [ModelStrategyId, Architecture, ProblemKind][] = [
  ['feature-based', 'bert', 'single-label'],
  ['feature-based', 'gpt2', 'regression'],
  ['head-only', 'bert', 'single-label'],
  ['prompt-tuning', 'bert', 'multi-label'],
  ['prefix-tuning', 'gpt2', 'instruction'],
  ['ia3', 'roberta', 'single-label'],
  ['llama-adapter', 'llama', 'instruction'],
  ['lora', 'llama', 'instruction'],
  ['lora', 'bert', 'single-label'],
  ['bottleneck-adapter', 'distilbert', 'regression'],
  ['full', 'bert', 'single-label'],
]
const mainCurve = {
  'single-label': 'validation/macro-f1',
  'multi-label': 'validation/micro-f1',
  regression: 'validation/r2',
  instruction: 'validation/perplexity',
  language: 'validation/perplexity',
} as const

describe.each(combinations)('%s on %s, %s', (strategy, architecture, kind) => {
  it('is probed, trained, asked and exported', async () => {
    const client = worker()
    const name = `${strategy}-${architecture}`
    const own = await writeTinyProject(join(folder, name), architecture, kind)
    const { modelFolder, rowsFile, problem } = own
    const recipe = tinyProjectRecipe(strategy, { epochs: 2 })
    const probe = await client.run('probe', { material: own, recipe })
    expect(probe).toMatchObject({ backend: 'wasm', stepsPerEpoch: 9 })
    expect(probe.secondsPerTrainingToken).toBeGreaterThan(0)
    expect(probe.secondsPerEvaluationToken).toBeGreaterThan(0)
    expect(probe.peakMemoryBytes).toBeGreaterThan(50e6)

    const heard: WorkerMessage[] = []
    const input = { ...trainInput(name, strategy), material: own, recipe }
    const output = await client.run('train', input, (message) => heard.push(message))
    expect(output).toMatchObject({ backend: 'wasm', result: { stoppedBecause: 'finished' } })
    const { test, validation, naive, bestStep } = output.result
    expect([test.kind, validation.kind, naive.kind, test.examples]).toEqual([kind, kind, kind, 12])
    expect(output.testRows.length).toBe(12)
    const meanLoss = output.testRows.reduce((sum, { loss }) => sum + loss, 0) / 12
    if (kind !== 'instruction') expect(meanLoss).toBeCloseTo(test.loss, 5)
    const right = output.testRows.filter(({ target, predicted }) => target.trim() === predicted.trim()).length
    if (test.kind === 'single-label') expect(test.accuracy).toBe(right / 12)
    if (test.kind === 'instruction') expect(test.exactMatch).toBe(right / 12)
    const points = heard.flatMap((message) => (message.kind === 'progress' ? message.points : []))
    expect(points.filter(({ name: curve }) => curve === 'train/loss').length).toBe(output.result.steps)
    expect(points.some(({ name: curve }) => curve === mainCurve[kind])).toBe(true)
    // The optimizer's state is gone, the best parameters are there.
    expect(await readdir(runFolder(name))).toEqual([`best-${bestStep}.safetensors`])

    const trained = { kind: 'run', runFolder: runFolder(name), recipe, modelFolder, problem } as const
    const predictions = await client.run('predict-texts', { trained, texts, backend: 'wasm' })
    expect(predictions.map((prediction) => prediction.kind)).toEqual([kind, kind, kind])

    const target = join(folder, 'exports', name)
    const exported = await client.run('export', { trained, rowsFile, folder: target, card: cardOf(output.result) })
    const { certificate } = exported
    expect(certificate).toMatchObject({ examples: 12, passed: true, trainedScore: headlineOf(test).value })
    expect(certificate.maximumLogitDifference).toBeLessThan(1e-5)
    expect(await readdir(target)).toEqual(expect.arrayContaining(['README.md', 'vocab.txt']))
    const base = exported.format === 'hugging-face' ? null : modelFolder
    const again = { kind: 'export', folder: target, modelFolder: base } as const
    const repeated = await client.run('predict-texts', { trained: again, texts, backend: 'wasm' })
    expect(repeated.map(withoutRounding)).toEqual(predictions.map(withoutRounding))
  })
})

/** A strategy worked into the base differs from it beside the base by rounding alone. */
function withoutRounding(prediction: Prediction): unknown {
  return JSON.parse(JSON.stringify(prediction), (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value,
  )
}

describe('writing', () => {
  const instruction = { kind: 'instruction', template: 'a {prompt} b' } as const

  it('asks the untuned base, greedily or at random as told', async () => {
    const client = worker()
    const { modelFolder } = await writeTinyProject(join(folder, 'writer'), 'llama', 'instruction')
    const trained = { kind: 'base', modelFolder, problem: instruction, maxLength: 16 } as const
    const ask = (generation?: Jobs['predict-texts']['input']['generation']) =>
      client.run('predict-texts', { trained, texts, backend: 'wasm', ...(generation && { generation }) })
    const greedy = await ask()
    expect(await ask()).toEqual(greedy)
    const drawn = { maximumTokens: 6, temperature: 2, topP: 1, seed: 1 }
    expect(await ask(drawn)).toEqual(await ask(drawn))
    expect(await ask(drawn)).not.toEqual(await ask({ ...drawn, seed: 2 }))
  })

  it('can be cancelled between two tokens', async () => {
    const { modelFolder } = await writeTinyProject(join(folder, 'writer'), 'llama', 'instruction')
    const trained = { kind: 'base', modelFolder, problem: instruction, maxLength: 16 } as const
    const many = Array.from({ length: 500 }, () => 'late and lost')
    const generation = { maximumTokens: 20, temperature: 3, topP: 1, seed: 1 }
    const work = worker().run('predict-texts', { trained, texts: many, backend: 'wasm', generation }, (_, ask) =>
      ask('cancel'),
    )
    await expect(work).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('counts the tokens of prompts with their responses', async () => {
    const own = await writeTinyProject(join(folder, 'writer'), 'llama', 'instruction')
    const client = worker()
    const alone = await client.run('token-lengths', { modelFolder: own.modelFolder, rowsFile: own.rowsFile })
    const whole = await client.run('token-lengths', own)
    // The template's two words, the response's two, its end; what closes a text alone is not there.
    for (const [index, { tokens }] of whole.entries()) expect(tokens).toBe((alone[index]?.tokens ?? 0) - 1 + 2 + 2 + 1)
  })
})

describe('leaving early', () => {
  it('stops with a score and a state to go on from', async () => {
    const client = worker()
    const input = trainInput('stopped', 'lora', { epochs: 200 })
    const stopped = await client.run('train', input, (message, ask) => {
      if (message.kind === 'progress' && message.progress.step > 0) ask('stop')
    })
    expect(stopped.result.stoppedBecause).toBe('asked')
    expect(await readdir(runFolder('stopped'))).toContain('last.safetensors')
  })

  it('cancels', async () => {
    const work = worker().run('train', trainInput('cancelled', 'full', { epochs: 200 }), (message, ask) => {
      if (message.kind === 'progress' && message.progress.step > 0) ask('cancel')
    })
    await expect(work).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('ends when its parent is gone', async () => {
    const client = worker()
    const exited = once(client.process, 'exit')
    void client.run('train', trainInput('orphaned', 'full', { epochs: 200 })).catch(() => undefined)
    await once(client.process, 'message')
    client.process.disconnect()
    expect((await exited)[0]).toBe(0)
  })

  it('goes on after kill -9 to the very same end', async () => {
    const changes = { epochs: 12 }
    const whole = await worker().run('train', trainInput('whole', 'lora', changes))

    const client = worker()
    let killedAt = 0
    const killed = client.run('train', trainInput('killed', 'lora', changes), (message) => {
      if (message.kind !== 'progress' || message.progress.epoch < 3 || killedAt > 0) return
      killedAt = message.progress.step
      client.process.kill('SIGKILL')
    })
    await expect(killed).rejects.toMatchObject({ code: 'worker-exited' })
    expect(killedAt).toBeGreaterThan(0)

    const losses: number[] = []
    const resumed = await worker().run(
      'train',
      { ...trainInput('killed', 'lora', changes), resume: true },
      (message) => {
        if (message.kind !== 'progress') return
        losses.push(...message.points.flatMap(({ name, value }) => (name === 'train/loss' ? [value] : [])))
      },
    )
    expect(losses.length).toBeLessThan(whole.result.steps)
    expect(resumed.testRows).toEqual(whole.testRows)
    const { seconds, tokensPerSecond, peakMemoryBytes, ...numbers } = resumed.result
    expect(whole.result).toMatchObject(numbers)
    expect([seconds, tokensPerSecond, peakMemoryBytes].every((value) => value > 0)).toBe(true)
  })
})

describe('bad input ends in one clear failure', () => {
  it('a model folder that is not there', async () => {
    const work = worker().run('describe-model', { modelFolder: join(folder, 'nowhere') })
    await expect(work).rejects.toMatchObject({ code: 'model-missing' })
  })

  it('a model folder without its files is named', async () => {
    const modelFolder = join(folder, 'hollow')
    await mkdir(modelFolder)
    const work = worker().run('describe-model', { modelFolder })
    await expect(work).rejects.toMatchObject({
      code: 'model-malformed',
      message: expect.stringContaining(`${modelFolder}: The folder has no config.json`),
    })
  })

  it('rows that are none', async () => {
    const rowsFile = join(folder, 'broken.jsonl')
    await writeFile(rowsFile, '{"id":1}\n')
    const work = worker().run('token-lengths', { modelFolder: material.modelFolder, rowsFile })
    await expect(work).rejects.toMatchObject({ code: 'dataset-malformed', details: { line: 1 } })
  })

  it('a folder that is no export is named', async () => {
    const nothing = join(folder, 'no-export')
    await mkdir(nothing)
    const trained = { kind: 'export', folder: nothing, modelFolder: null } as const
    const work = worker().run('predict-texts', { trained, texts, backend: 'wasm' })
    await expect(work).rejects.toMatchObject({ message: expect.stringContaining(`${nothing}: `) })
  })

  it('a run without parameters', async () => {
    const { modelFolder, problem } = material
    const recipe = tinyProjectRecipe('lora')
    const trained = { kind: 'run', runFolder: runFolder('empty'), recipe, modelFolder, problem } as const
    const work = worker().run('predict-texts', { trained, texts, backend: 'wasm' })
    await expect(work).rejects.toMatchObject({ code: 'checkpoint-malformed' })
  })

  it('a second job while one is under way', async () => {
    const client = worker()
    const first = client.run('train', trainInput('busy', 'lora', { epochs: 200 }), (message, ask) => {
      if (message.kind === 'progress' && message.progress.step > 5) ask('cancel')
    })
    await expect(client.run('measure-backends', { measure: false })).rejects.toMatchObject({ code: 'run-state' })
    await expect(first).rejects.toMatchObject({ code: 'cancelled' })
  })
})
