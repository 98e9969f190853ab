/**
 * `npm run bench`: what training costs, and with `--reference` what the same work costs through torch, transformers and
 * peft, in turns. Every measurement has fresh processes; this one only asks them.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { BackendChoice } from '../../../../shared/device'
import { Failure, toFailureRecord } from '../../../../shared/failure'
import type { ModelStrategyId } from '../../../../shared/strategy'
import { findResources } from '../../../files/resources'
import { type ModelName, type StepCase, stepCase } from './cases'
import { type Comparison, type Conditions, compareJobs, compareSteps, profileSteps } from './measure'
import { readSettings, type Settings } from './settings'
import { answerQuestions } from './subject'
import { type JobRow, jobTable, profileTable, type StepRow, stepTable } from './table'
import { readTexts, recipeOf, writeMaterial } from './whole-job'

async function main(words: readonly string[]): Promise<void> {
  if (words[0] === '--subject') return await answerQuestions()
  const settings = readSettings(words)
  const machine = {
    processor: cpus()[0]?.model.trim(),
    threads: availableParallelism(),
    memoryBytes: totalmem(),
    /** Of other work, as processes that wanted a core in the last minute. */
    load: loadavg()[0] ?? 0,
  }
  if (settings.profile) return await profile(settings)
  const steps = settings.steps ? await measureSteps(settings) : []
  const job = settings.job ? await measureJobs(settings) : { source: null, rows: [] }
  if (settings.json) {
    console.log(JSON.stringify({ machine, steps, job }, null, 2))
    return
  }
  const sides = [...steps, ...job.rows].flatMap(({ measured }) => (measured ? [measured.ours, measured.reference] : []))
  const versions = new Set(sides.map((side) => (side ? describe(side) : '')).filter((text) => text !== ''))
  console.log(`${machine.threads} x ${machine.processor}, ${(machine.memoryBytes / 1e9).toFixed(0)} GB`)
  for (const text of versions) console.log(text)
  if (machine.load > busyLoad && settings.reference !== null) {
    console.log(
      `The machine was busy before (load ${machine.load.toFixed(1)}). The threads of torch wait for each other and lose more by that than ours: these ratios flatter Fino.`,
    )
  }
  if (steps.length > 0) console.log(`\n${stepTable(steps)}`)
  if (job.rows.length > 0)
    console.log(`\nWhole job: ${job.source}, 3 epochs, evaluated after each\n\n${jobTable(job.rows)}`)
}

const busyLoad = 0.5

const describe = ({ device, versions }: Comparison['ours']) =>
  `${device}: ${Object.entries(versions)
    .map((entry) => entry.join(' '))
    .join(', ')}`

function casesOf({ models, lengths, strategies, recompute }: Settings): StepCase[] {
  const cases = models.flatMap((model) =>
    lengths.flatMap((length) => strategies.flatMap((strategy) => stepCase(model, strategy, length) ?? [])),
  )
  return recompute ? cases.map((work) => ({ ...work, recomputeLayers: true })) : cases
}

async function measureSteps(settings: Settings): Promise<StepRow[]> {
  const rows: StepRow[] = []
  for (const backend of settings.backends) {
    for (const work of casesOf(settings)) {
      const name = `${work.model} ${work.length} ${work.strategy} ${backend}`
      const conditions = conditionsOf(settings, backend, work.strategy)
      const outcome = await attempt(name, () => compareSteps(work, conditions))
      rows.push({ kind: 'step', work, backend, ...outcome })
    }
  }
  return rows
}

async function measureJobs(settings: Settings): Promise<{ source: string; rows: JobRow[] }> {
  const model: ModelName = settings.models.find((name) => name !== 'decoder') ?? 'encoder-small'
  const texts = await readTexts(settings.data, settings.texts)
  const folder = await mkdtemp(join(tmpdir(), 'fino-bench-'))
  const rows: JobRow[] = []
  try {
    const material = await writeMaterial(folder, model, texts)
    for (const backend of settings.backends) {
      for (const strategy of settings.jobStrategies) {
        const runFolder = join(folder, `${backend}-${strategy}`)
        // Each begins with nothing kept.
        const keptFolder = join(runFolder, 'kept')
        const job = { material, recipe: recipeOf(strategy, model, backend), runFolder, keptFolder }
        const conditions = conditionsOf(settings, backend, strategy)
        const outcome = await attempt(`job ${strategy} ${backend}`, () => compareJobs(job, conditions))
        rows.push({ kind: 'job', model, strategy, backend, ...outcome })
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return { source: texts.source, rows }
}

async function profile(settings: Settings): Promise<void> {
  for (const backend of settings.backends) {
    for (const work of casesOf(settings)) {
      const found = await profileSteps(work, conditionsOf(settings, backend, null))
      if (settings.json) console.log(JSON.stringify({ work, backend, ...found }))
      else {
        const title = `${work.model}, ${work.batchSize} x ${work.length} tokens, ${work.strategy}, ${backend}`
        console.log(
          `\n${title}: a ${work.timed} of ${(found.seconds * 1000).toFixed(0)} ms, operation by operation\n\n${profileTable(found)}`,
        )
      }
    }
  }
}

/** What goes wrong with one measurement is a note in its row. */
async function attempt(
  name: string,
  work: () => Promise<Comparison>,
): Promise<{ measured: Comparison | null; note: string | null }> {
  process.stderr.write(`${name} ... `)
  try {
    const measured = await work()
    const ratio =
      measured.ratio === null
        ? ''
        : `, ratio ${measured.ratio.toFixed(2)}, of processor time ${measured.processorRatio?.toFixed(2)}`
    process.stderr.write(`${measured.ours.seconds.toFixed(3)} s${ratio}\n`)
    return { measured, note: null }
  } catch (thrown) {
    const { message } = toFailureRecord(thrown)
    process.stderr.write(`${message}\n`)
    return { measured: null, note: message.split('\n')[0] ?? '' }
  }
}

function conditionsOf(settings: Settings, backend: BackendChoice, strategy: ModelStrategyId | null): Conditions {
  const { threads, pairs } = settings
  const python = strategy === 'bottleneck-adapter' ? settings.referenceAdapters : settings.reference
  return { backend, threads, pairs, reference: python === null ? null : [python, referenceScript()] }
}

function referenceScript(): string {
  const script = join(findResources().folder, '..', 'tools', 'bench', 'reference.py')
  if (existsSync(script)) return script
  throw new Failure('not-found', `${script} is missing: a reference is measured from a source checkout alone.`)
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const { code, message } = toFailureRecord(thrown)
  console.error(message)
  process.exitCode = code === 'usage' ? 2 : 1
})
