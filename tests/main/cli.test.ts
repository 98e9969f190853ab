/** The built command line as others script it: one JSON document, the promised fields, the promised exit codes. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { strategyIds } from '../../src/shared/strategy'
import { temporaryFolder } from '../support/application'
import { startBackend } from '../support/backend'
import { ensureBuilt } from '../support/build'
import { writeTinyProject } from '../support/tiny-project'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let built: string
let csv: string
let model: string

beforeAll(async () => {
  built = ensureBuilt()
  folder = await temporaryFolder()
  await startBackend('cpu')
  const { modelFolder, rowsFile } = await writeTinyProject(folder.path)
  model = modelFolder
  csv = join(folder.path, 'rows.csv')
  const rows = (await readFile(rowsFile, 'utf8')).trim().split('\n')
  const lines = rows.map((row) => JSON.parse(row)).map(({ text, target }) => `${text},${target}`)
  await writeFile(csv, `text,label\n${lines.join('\n')}\n`)
}, 180_000)
afterAll(() => folder?.remove())

interface Answer {
  code: number | null
  out: string
  error: string
}

function fino(
  parameters: readonly string[],
  onError: (text: string, pid: number) => void = () => undefined,
): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(built, 'main', 'cli.js'), ...parameters], {
      cwd: folder.path,
      env: { ...process.env, FINO_HOME: join(folder.path, 'home'), FINO_LOG: 'silent' },
    })
    const answer: Answer = { code: null, out: '', error: '' }
    child.stdout.on('data', (data) => {
      answer.out += data
    })
    child.stderr.on('data', (data) => {
      answer.error += data
      onError(answer.error, child.pid ?? 0)
    })
    child.on('close', (code) => resolve({ ...answer, code }))
  })
}

/** The JSON document of a command that must succeed. */
async function document(...parameters: string[]): Promise<Record<string, unknown>> {
  const { code, out, error } = await fino([...parameters, '--json'])
  if (code !== 0) throw new Error(`exit ${code}: ${error}`)
  return JSON.parse(out)
}

function killChildren(parent: number): void {
  for (const line of execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).split('\n')) {
    const [pid, ppid] = line.trim().split(/\s+/).map(Number)
    if (ppid === parent && pid !== undefined) process.kill(pid, 'SIGKILL')
  }
}

/** Of quick steps and slow disks only the evaluations between may be heard of. */
const begun = /Training|Evaluating/

/** A recipe that trains for some seconds whatever its scores: there is time to end it in the middle. */
async function patientRecipe(strategy: string, epochs: number): Promise<string> {
  const file = join(folder.path, `patient-${strategy}.json`)
  const fields = { dataset: csv, model, strategy, epochs, patience: 0, batchSize: 8, maxLength: 16, backend: 'wasm' }
  await writeFile(file, JSON.stringify(fields))
  return file
}

const quick = () => ['--model', model, '--backend', 'wasm', '--epochs', '2', '--batch-size', '8', '--max-length', '16']

test('strategies: what each would train, with its preset, and what it lacks', async () => {
  const { code, out } = await fino(['strategies', csv, '--model', model, '--options'])
  expect(code).toBe(0)
  for (const id of strategyIds) expect(out).toContain(id)
  expect(out).toMatch(/lora +rank +8 +1 to 256/)
})

describe('usage', () => {
  const wrong: [string, () => string[], RegExp][] = [
    ['no command', () => [], /No command was given; fino --help lists them/],
    ['an unknown encoding', () => ['import', csv, '--encoding', 'ebcdic'], /--encoding .*utf-8, utf-16le/],
    ['an unknown delimiter', () => ['train', csv, '--delimiter', '#'], /--delimiter .*comma, semicolon, tab, pipe/],
    ['an unknown command', () => ['tarin'], /unknown command 'tarin'/],
    ['an unknown option', () => ['runs', '--al'], /unknown option '--al'/],
    ['a missing argument', () => ['import'], /missing required argument 'FILE'/],
    ['a missing model', () => ['train', csv, '--strategy', 'lora'], /--model is missing/],
    ['a missing strategy', () => ['train', csv, '--model', 'starter'], /--strategy is missing/],
    ['an unknown strategy', () => ['train', csv, '--model', 'starter', '--strategy', 'magic'], /strategy: .*"lora"/],
    ['no number', () => ['train', csv, '--epochs', 'many'], /--epochs .*whole number from 1 to 1000/],
    ['a negative learning rate', () => ['quote', csv, '--learning-rate', '-1'], /number above 0/],
    ['a missing file', () => ['import', 'nowhere.csv'], /no file .*nowhere\.csv/],
    ['a missing model folder', () => ['models', 'add', 'nowhere'], /no folder .*nowhere/],
    [
      'two things to predict with',
      () => ['predict', '--run', 'a', '--export', 'b', '--in', csv, '--text', 'text', '--out', 'o.csv'],
      /either --run RUN or --export DIR/,
    ],
    [
      'labels and a number',
      () => [...'predict --export e --labels a,b --task regression --text text --out o.csv --in'.split(' '), csv],
      /--labels name classes/,
    ],
    [
      'one label twice',
      () => [...'predict --export e --labels a,a --text text --out o.csv --in'.split(' '), csv],
      /two or more different names/,
    ],
    [
      'labels for a run',
      () => [...'predict --run a --labels a,b --text text --out o.csv --in'.split(' '), csv],
      /--labels and --task go with --export/,
    ],
    ['a missing column', () => ['import', csv, '--text', 'body'], /body/],
    ['an unknown task', () => ['import', csv, '--task', 'divination'], /--task must be/],
    ['an unknown run', () => ['resume', 'nobody'], /no run nobody/],
    ['an unknown word list', () => ['wordlist', 'remove', 'nothing'], /no word list nothing/],
    ['an unknown format', () => ['export', 'a', '--out', 'o', '--format', 'zip'], /--format .*peft, adapterhub/],
    [
      'a template without a place for the prompt',
      () => ['train', csv, '--model', 'starter', '--strategy', 'lora', '--template', 'Answer:'],
      /template: it must hold \{prompt\} exactly once/,
    ],
    [
      'a temperature beyond reason',
      () => ['predict', '--run', 'a', '--in', csv, '--text', 'text', '--out', 'o.csv', '--temperature', '9'],
      /--temperature .*number from 0 to 5/,
    ],
    ['a backend that is not there', () => ['demo', '--backend', 'abacus'], /--backend must be/],
  ]
  test.each(wrong)('%s: exit 2, the reason on one line', async (_, parameters, reason) => {
    const { code, out, error } = await fino(parameters())
    expect(error).toMatch(reason)
    expect(error.trim().split('\n')).toHaveLength(1)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })

  test('with --json the failure is the document, too', async () => {
    const { code, out } = await fino(['import', 'nowhere.csv', '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(out)).toEqual({
      failure: { code: 'file-missing', message: expect.stringContaining('nowhere.csv'), details: expect.any(Object) },
    })
    expect(JSON.parse((await fino(['--json', 'tarin'])).out)).toMatchObject({ failure: { code: 'usage' } })
  })

  test('help and version are answers, not errors', async () => {
    expect(await fino(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
    const { code, out } = await fino(['train', '--help'])
    expect(code).toBe(0)
    for (const option of [
      '--model',
      '--strategy',
      '--epochs',
      '--batch-size',
      '--max-length',
      '--learning-rate',
      '--seed',
      '--backend',
      '--out',
      '--encoding',
      '--delimiter',
      '--task',
      '--context-column',
      '--group-column',
      '--label-separator',
      '--template',
      ...strategyIds,
    ]) {
      expect(out).toContain(option)
    }
  })
})

test('a file is read as it is said to be', async () => {
  const file = join(folder.path, 'said.csv')
  const rows = Array.from({ length: 20 }, (_, row) => `água|é, ${row};${row % 2 ? 'sim' : 'não'}`)
  await writeFile(file, Buffer.from(`text;label\n${rows.join('\n')}\n`, 'latin1'))
  const { columns, labels } = await document('import', file, '--encoding', 'latin-1', '--delimiter', 'semicolon')
  expect({ columns, labels }).toEqual({ columns: ['text', 'label'], labels: ['não', 'sim'] })
  expect(await fino(['import', file, '--encoding', 'utf-8'])).toMatchObject({
    code: 2,
    error: expect.stringContaining('not UTF-8'),
  })
})

test('doctor', async () => {
  const answer = await document('doctor')
  expect(Object.keys(answer)).toEqual(['backends', 'node', 'home', 'memoryBytes', 'cards', 'acceleration'])
  expect(answer.home).toBe(join(folder.path, 'home'))
  expect(answer.backends).toContainEqual({
    id: 'wasm',
    device: expect.any(String),
    available: true,
    reason: null,
    gflops: expect.any(Number),
  })
})

test('import, twice the same', async () => {
  const answer = await document('import', csv, '--name', 'Rows')
  expect(answer).toMatchObject({
    rows: 60,
    columns: ['text', 'label'],
    task: 'classification',
    labels: ['complaint', 'praise'],
    splits: { train: expect.any(Number), validation: expect.any(Number), test: expect.any(Number) },
  })
  for (const warning of answer.warnings as object[]) expect(Object.keys(warning)).toEqual(['code', 'message', 'rows'])
  expect((await document('import', csv, '--name', 'Rows')).datasetId).toBe(answer.datasetId)
})

test('models', async () => {
  const added = await document('models', 'add', model)
  expect(added).toMatchObject({ architecture: 'bert', modelId: expect.any(String), parameters: expect.any(Number) })
  expect(await document('models')).toEqual(
    expect.arrayContaining([added, expect.objectContaining({ modelId: 'starter' })]),
  )
})

test('quote', async () => {
  expect(await document('quote', csv, '--strategy', 'lora', ...quick())).toMatchObject({
    strategy: 'lora',
    trainableParameters: expect.any(Number),
    totalParameters: expect.any(Number),
    memoryBytes: { low: expect.any(Number), high: expect.any(Number) },
    seconds: { low: expect.any(Number), high: expect.any(Number) },
    diskBytes: expect.any(Number),
    fits: true,
  })
})

test('adapt: learns from texts alone, tells the loss before and after, and makes a model to finetune', async () => {
  const texts = join(folder.path, 'texts.txt')
  const [, ...rows] = (await readFile(csv, 'utf8')).trim().split('\n')
  await writeFile(texts, rows.map((row, index) => `${row.split(',')[0]} ${'abcdefghij'[index % 10]}`).join('\n'))
  const out = join(folder.path, 'adapted')
  const answer = await document('adapt', texts, ...quick(), '--learning-rate', '0.01', '--out', out)
  expect(answer).toMatchObject({ status: 'finished', backend: 'wasm', head: expect.any(String), path: out })
  expect(answer.recipe).toMatchObject({ epochs: 2, batchSize: 8, maxLength: 16, learningRate: 0.01 })
  const { before, after } = answer.loss as { before: number; after: number }
  expect(after).toBeLessThan(before)
  expect(existsSync(join(out, 'model.safetensors'))).toBe(true)

  const adapted = answer.modelId as string
  const recipe = ['--strategy', 'head-only', '--backend', 'wasm', '--epochs', '1', '--max-length', '16']
  expect(await document('train', csv, '--model', adapted, ...recipe)).toMatchObject({ status: 'finished' })
})

describe('training', () => {
  test('trains, exports, lists, predicts with the run and with the export alike', async () => {
    const out = join(folder.path, 'exported')
    const answer = await document('train', csv, '--strategy', 'lora', ...quick(), '--out', out)
    expect(answer).toMatchObject({
      status: 'finished',
      backend: 'wasm',
      steps: expect.any(Number),
      seconds: expect.any(Number),
      tokensPerSecond: expect.any(Number),
      peakMemoryBytes: expect.any(Number),
      leftOutTexts: 0,
      metrics: {
        validation: { accuracy: expect.any(Number) },
        test: { accuracy: expect.any(Number), macroF1: expect.any(Number) },
      },
      quote: { strategy: 'lora' },
      exportPath: out,
    })
    expect(answer.trainableParameters).toBeLessThan(answer.totalParameters as number)
    expect(existsSync(join(out, 'adapter_model.safetensors'))).toBe(true)
    const run = answer.runId as string
    expect(await document('runs')).toEqual(
      expect.arrayContaining([expect.objectContaining({ runId: run, status: 'finished', strategy: 'lora' })]),
    )

    const withRun = join(folder.path, 'with-run.csv')
    const withExport = join(folder.path, 'with-export.csv')
    expect(await document('predict', '--run', run, '--in', csv, '--text', 'text', '--out', withRun)).toEqual({
      rows: 60,
      outputPath: withRun,
    })
    await document('predict', '--export', out, '--in', csv, '--text', 'text', '--out', withExport)
    const labelled = await readFile(withRun, 'utf8')
    expect(labelled.split('\n')[0]).toBe('text,label,prediction,confidence')
    expect(await readFile(withExport, 'utf8')).toBe(labelled)

    // As PEFT itself would leave it: nothing in it says what its outputs mean.
    await rm(join(out, 'fino.json'))
    const asAdapter = ['predict', '--export', out, '--model', model, '--in', csv, '--text', 'text', '--out', withExport]
    await document(...asAdapter, '--labels', 'first, second')
    const renamed = labelled.replaceAll(/(?<=,)complaint(?=,0)/g, 'first').replaceAll(/(?<=,)praise(?=,0)/g, 'second')
    expect(await readFile(withExport, 'utf8')).toBe(renamed)
    expect(await fino([...asAdapter, '--labels', 'a,b,c'])).toMatchObject({
      ...{ code: 2, error: expect.stringContaining('has 2 outputs, and the problem needs 3 outputs') },
    })
    expect(await fino([...asAdapter, '--task', 'regression'])).toMatchObject({
      ...{ code: 2, error: expect.stringContaining('the problem needs 1 output') },
    })

    const again = await fino(['export', run, '--out', out])
    expect(again).toMatchObject({ code: 2, error: expect.stringContaining('holds files already') })
    expect(await fino(['resume', run])).toMatchObject({ code: 2, error: expect.stringContaining('is finished') })
  })

  test('takes a recipe in JSON, with paths relative to it, overridden by options', async () => {
    await mkdir(join(folder.path, 'recipes'), { recursive: true })
    const recipe = join(folder.path, 'recipes', 'mine.json')
    const fields = {
      dataset: '../rows.csv',
      model: '../model',
      strategy: 'head-only',
      epochs: 9,
      backend: 'wasm',
      maxLength: 16,
    }
    await writeFile(recipe, JSON.stringify(fields))
    const { runId, status, steps } = await document('train', recipe, '--epochs', '1', '--batch-size', '60')
    expect({ status, steps }).toEqual({ status: 'finished', steps: 1 })
    expect(await document('export', runId as string, '--out', join(folder.path, 'head'))).toMatchObject({
      format: 'hugging-face',
      certificate: { passed: true },
    })
    await writeFile(recipe, JSON.stringify({ ...fields, epoch: 3 }))
    expect(await fino(['train', recipe])).toMatchObject({ code: 2, error: expect.stringMatching(/epoch/) })
  })

  test.skipIf(process.platform === 'win32')(
    'a run whose worker is killed says so, exits with 1, and can be resumed',
    async () => {
      let killed = false
      const recipe = await patientRecipe('lora', 240)
      const { code, out, error } = await fino(['train', recipe, '--json'], (text, pid) => {
        if (killed || !begun.test(text)) return
        killed = true
        killChildren(pid)
      })
      const answer = JSON.parse(out)
      expect(code).toBe(1)
      expect(answer).toMatchObject({ status: 'interrupted', metrics: null, failure: { code: 'worker-exited' } })
      expect(error).toContain(`fino resume ${answer.runId}`)
      expect(await document('resume', answer.runId)).toMatchObject({ status: 'finished', runId: answer.runId })
    },
  )

  test.skipIf(process.platform === 'win32')(
    'a command that is killed itself leaves a run that can be resumed',
    async () => {
      let killed = false
      const recipe = await patientRecipe('full', 240)
      const { code, error } = await fino(['train', recipe], (text, pid) => {
        if (killed || !begun.test(text)) return
        killed = true
        process.kill(pid, 'SIGKILL')
      })
      expect(code, error).toBeNull()
      const runs = (await document('runs')) as unknown as { runId: string; status: string; resumable: boolean }[]
      expect(runs[0]).toMatchObject({ status: 'interrupted', resumable: true, strategy: 'full' })
      expect(await document('resume', runs[0]?.runId ?? '')).toMatchObject({ status: 'finished' })
    },
  )

  test.skipIf(process.platform === 'win32')('Ctrl-C stops and saves; resume goes on to the end', async () => {
    let asked = false
    const recipe = await patientRecipe('lora', 240)
    const stopped = await fino(['train', recipe, '--json'], (error, pid) => {
      if (asked || !begun.test(error)) return
      asked = true
      process.kill(pid, 'SIGINT')
    })
    expect(stopped.code).toBe(0)
    const { runId, status, metrics } = JSON.parse(stopped.out)
    expect(status).toBe('stopped')
    expect(metrics.test.accuracy).toEqual(expect.any(Number))
    expect(await document('resume', runId)).toMatchObject({ runId, status: 'finished' })
  })
})

/** A table of other targets than classes, for the words of the first. */
async function tableOf(name: string, target: (text: string, row: number) => string): Promise<string> {
  const file = join(folder.path, `${name}.csv`)
  const texts = (await readFile(csv, 'utf8')).trim().split('\n').slice(1)
  const lines = texts.map((line, row) => `${line.split(',')[0]},"${target(line.split(',')[0] ?? '', row)}"`)
  await writeFile(file, `text,target\n${lines.join('\n')}\n`)
  return file
}

describe('other problems', () => {
  test('numbers: imported, learnt, scored in their own units, predicted', async () => {
    const file = await tableOf('numbers', (text) => String(10 * text.split(' ').length))
    expect(await document('import', file, '--task', 'regression')).toMatchObject({
      ...{ task: 'regression', labels: [], numbers: { minimum: 20, maximum: 80 } },
    })
    const train = await fino(['train', file, '--task', 'regression', '--strategy', 'feature-based', ...quick()])
    expect(train).toMatchObject({ code: 0 })
    for (const line of [/^Test .*R2 .*mean squared error .*mean absolute error /m, /^Naive .*R2 /m]) {
      expect(train.out).toMatch(line)
    }
    const [run] = (await document('runs')) as unknown as { runId: string; score: object; accuracy: null }[]
    expect(run).toMatchObject({ problem: 'regression', score: { name: 'r2' }, accuracy: null })
    const out = join(folder.path, 'numbers-out.csv')
    await document('predict', '--run', run?.runId ?? '', '--in', file, '--text', 'text', '--out', out)
    const [header, first] = (await readFile(out, 'utf8')).split('\n')
    expect(header).toBe('text,target,value')
    expect(Number(first?.split(',')[2])).toBeGreaterThan(0)
  })

  test("words: a dictionary learns its own and the analyst's, and shows them", async () => {
    const list = join(folder.path, 'moods.csv')
    await writeFile(list, 'term,category,weight\nlate,complaint,1\nthank*,praise,2\n')
    const added = await document('wordlist', 'add', list)
    expect(added).toMatchObject({ name: 'moods', terms: 2, categories: ['complaint', 'praise'] })
    expect(await document('wordlist', 'list')).toEqual([added])
    const option = `wordList=${added.wordListId}`
    const out = join(folder.path, 'dictionary')
    const flags = ['--strategy', 'dictionary', '--option', option, '--option', 'dictionarySource=list', '--out', out]
    const { runId, metrics, exportPath } = await document('train', csv, ...flags)
    expect(metrics).toMatchObject({ test: { kind: 'single-label' } })
    expect(exportPath).toBe(out)
    const { terms } = (await document('words', runId as string)) as { terms: { term: string }[] }
    expect(terms.map(({ term }) => term).sort()).toEqual(['late', 'thank*'])
    expect(await document('wordlist', 'remove', added.wordListId as string)).toEqual({ removed: added.wordListId })
  })

  test('responses: a decoder learns them in a template, and writes them as asked', async () => {
    const decoder = join(folder.path, 'decoder')
    await mkdir(decoder)
    const { modelFolder } = await writeTinyProject(decoder, 'llama', 'instruction')
    const file = await tableOf('responses', (text) => text.split(' ').slice(0, 2).join(' '))
    const flags = ['--task', 'instruction', '--text', 'text', '--target', 'target', '--template', 'a {prompt} b ']
    const options = ['--model', modelFolder, '--backend', 'wasm', '--epochs', '1', '--max-length', '32']
    const trained = await fino(['train', file, ...flags, '--strategy', 'ia3', ...options])
    expect(trained.error).not.toMatch(/internal/)
    expect(trained.out).toMatch(/^Test .*perplexity .*exact match /m)
    const [run] = (await document('runs')) as unknown as { runId: string }[]
    const id = run?.runId ?? ''
    const answers = join(folder.path, 'answers.csv')
    const writing = ['--maximum-tokens', '4', '--temperature', '1', '--top-p', '0.9', '--seed', '3']
    const predict = ['predict', '--in', file, '--text', 'text', '--out', answers, ...writing]
    await document(...predict, '--run', id)
    const written = await readFile(answers, 'utf8')
    expect(written.split('\n')[0]).toBe('text,target,response')
    const merged = join(folder.path, 'merged')
    expect(await document('export', id, '--out', merged, '--format', 'hugging-face')).toMatchObject({
      ...{ format: 'hugging-face', certificate: { passed: true } },
    })
    await document(...predict, '--export', merged)
    expect(await readFile(answers, 'utf8')).toBe(written)
    expect(await fino(['export', id, '--out', join(folder.path, 'no'), '--format', 'adapterhub'])).toMatchObject({
      ...{ code: 2, error: expect.stringMatching(/cannot be written as adapterhub. Choose peft or hugging-face/) },
    })
    const short = [...options.slice(0, -1), '8']
    const { out } = await fino(['train', file, ...flags, '--strategy', 'ia3', ...short])
    expect(out).toMatch(/^Left out +\d+ rows, since their prompts fill all 8 tokens. Raise --max-length or shorten/m)
  })
})
