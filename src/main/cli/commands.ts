/** What each command does, given an open application. Returns the exit code. */
import { resolve } from 'node:path'
import type { Dataset } from '../../shared/dataset'
import type { Recipe } from '../../shared/recipe'
import { headlineOf, type RunResult } from '../../shared/result'
import type { Run } from '../../shared/run'
import type { ExportFormat } from '../../shared/strategy'
import type { Application } from '../application'
import { reportAdaptation } from './adapt'
import { chooseRecipe, type ImportFlags, importFile, type RecipeFlags } from './choose'
import * as documents from './documents'
import { followRun } from './follow-run'
import * as format from './format'
import { facts, type Output, table } from './output'
import { headline, headlineNames, scores } from './scores'

export const exitCodes = { done: 0, failed: 1, badInput: 2 } as const

export interface Context {
  application: Application
  output: Output
}

export async function doctor({ application, output }: Context, flags: { clear?: boolean } = {}): Promise<number> {
  if (flags.clear) await application.features.devices.clearKept()
  const report = await application.features.devices.doctor()
  output.answer(documents.doctorDocument(report), () =>
    [
      facts([
        ['Fino', report.version],
        ['Home', report.home],
        ['Node', report.node],
        ['Processor', report.processor],
        ['Memory', `${gigabytes(report.memoryBytes)}, ${gigabytes(report.freeMemoryBytes)} free`],
        ['Disk', `${gigabytes(report.freeDiskBytes)} free`],
        ...report.cards.map(({ name, memoryBytes, driver }): [string, string] => [
          'Card',
          `${name}, ${gigabytes(memoryBytes)}, driver ${driver}`,
        ]),
        ['Kept', `${gigabytes(report.keptBytes)} of frozen layers' outputs, which later runs need not compute again`],
      ]),
      '',
      table(
        ['Backend', 'Device', 'GFLOP/s', ''],
        report.backends.map(({ id, device, available, gflops, reason }) => [
          ...[id, available ? device : '-', gflops === null ? '-' : gflops.toFixed(0), reason ?? 'ready'],
        ]),
      ),
    ].join('\n'),
  )
  return exitCodes.done
}

export async function importData({ application, output }: Context, file: string, flags: ImportFlags): Promise<number> {
  const dataset = await importFile(application.features, file, flags)
  const document = documents.datasetDocument(dataset)
  output.answer(document, () =>
    [
      facts([
        ['Data set', `${dataset.name} (${dataset.id})`],
        ['Rows', format.count(dataset.rows)],
        ['Columns', dataset.columns.join(', ')],
        ['Reads', `${dataset.textColumn} -> ${dataset.targetColumn} (${dataset.task})`],
        ...targetFacts(dataset),
        [
          'Split',
          `${dataset.splits.train} train, ${dataset.splits.validation} validation, ${dataset.splits.test} test`,
        ],
      ]),
      ...document.warnings.map(({ message }) => `Warning: ${message}`),
    ].join('\n'),
  )
  return exitCodes.done
}

function targetFacts({ labels, labelSeparator, numbers }: Dataset): [string, string][] {
  if (numbers !== null) {
    const { minimum, maximum, mean, deviation } = numbers
    const [from, to, middle, spread] = [minimum, maximum, mean, deviation].map(format.figure)
    return [['Numbers', `${from} to ${to}, mean ${middle}, standard deviation ${spread}`]]
  }
  if (labels.length === 0) return []
  const listed = labels.map(({ label, rows }) => `${label} (${rows})`).join(', ')
  return [['Labels', labelSeparator === null ? listed : `${listed}; several a text, with "${labelSeparator}" between`]]
}

export async function listModels({ application, output }: Context): Promise<number> {
  const models = await application.features.models.list()
  output.answer(models.map(documents.modelDocument), () =>
    table(
      ['Model', 'Name', 'Architecture', 'Parameters', 'Folder'],
      models.map(({ id, name, architecture, parameters, folder }) => [
        ...[id, name, architecture, format.count(parameters), folder],
      ]),
    ),
  )
  return exitCodes.done
}

export async function addModel({ application, output }: Context, folder: string): Promise<number> {
  const model = await application.features.models.add({ folder: resolve(folder) })
  output.answer(documents.modelDocument(model), () =>
    facts([
      ['Model', `${model.name} (${model.id})`],
      ['Architecture', model.architecture],
      ['Parameters', format.count(model.parameters)],
      ['Longest input', `${model.maximumLength} tokens`],
    ]),
  )
  return exitCodes.done
}

export async function quote(
  { application, output }: Context,
  data: string,
  flags: RecipeFlags & { probe: boolean },
): Promise<number> {
  const { probe, ...recipeFlags } = flags
  const request = await chooseRecipe(application.features, data, recipeFlags)
  const answer = await application.features.quotes.create({ request, probe })
  const { trackRecord: record } = answer
  output.answer(documents.quoteDocument(answer), () =>
    facts([
      ['Strategy', `${answer.strategy} on ${answer.backend}`],
      ['Trains', trainedShare(answer)],
      ['Time', format.secondsRange(answer.seconds)],
      ['Memory', `${gigabytes(answer.memoryBytes.low)} to ${gigabytes(answer.memoryBytes.high)} (${answer.guard})`],
      ['Disk', gigabytes(answer.diskBytes)],
      [
        'Known from',
        answer.basis === 'probe' ? 'a few real steps on this machine' : "the model's shape and this machine",
      ],
      ...(record === null
        ? []
        : [
            ['Track record', `${record.runs} runs, median error ${Math.round(100 * record.medianTimeError)}%`] as const,
          ]),
    ]),
  )
  return exitCodes.done
}

export async function train(context: Context, data: string, flags: RecipeFlags & { out?: string }): Promise<number> {
  const { features } = context.application
  const { out, ...recipeFlags } = flags
  if (out !== undefined) await features.exports.checkFolder(resolve(out))
  const request = await chooseRecipe(features, data, recipeFlags)
  const { id } = await features.runs.start({ request })
  return reportRun(context, await followRun(context.application, id, context.output), out)
}

export async function resume(context: Context, runId: string, flags: { out?: string }): Promise<number> {
  const { runs, exports } = context.application.features
  if (flags.out !== undefined) await exports.checkFolder(resolve(flags.out))
  const { id, adaptation } = runs.resume(runId)
  if (adaptation !== null) {
    return reportAdaptation({ output: context.output }, await followRun(context.application, id, context.output))
  }
  return reportRun(context, await followRun(context.application, id, context.output), flags.out)
}

async function reportRun({ application, output }: Context, run: Run, out: string | undefined): Promise<number> {
  const { exports } = application.features
  const scored = run.status === 'finished' || run.status === 'stopped'
  const exported = scored && out !== undefined ? await exports.create({ runId: run.id, folder: resolve(out) }) : null
  const { result, quote: quoted } = run
  output.answer(documents.runDocument(run, exported), () =>
    facts([
      ['Run', `${run.name} (${run.id}), ${run.status}`],
      ['Backend', [run.backend, run.device].filter((part) => part !== null).join(', ') || '-'],
      ...(result === null
        ? []
        : ([
            ['Trained', trainedShare(result)],
            ['Took', `${format.seconds(result.seconds)}, ${result.steps} steps`],
            ['Quoted', quoted === null ? '-' : format.secondsRange(quoted.seconds)],
            ['Memory', gigabytes(result.peakMemoryBytes)],
            ['Validation', scores(result.validation)],
            ['Test', scores(result.test)],
            ['Naive', scores(result.naive)],
            ...(result.leftOutTexts === 0 ? [] : [['Left out', leftOut(run.recipe, result)] as const]),
          ] as const)),
      ...(exported === null ? [] : [['Export', exported.folder] as const]),
    ]),
  )
  if (scored) return exitCodes.done
  output.note(run.failure?.message ?? `The run was ${run.status}.`)
  if (run.resumable) output.note(`Go on with: fino resume ${run.id}`)
  return exitCodes.failed
}

export function listRuns({ application, output }: Context): number {
  const runs = application.features.runs.list()
  output.answer(runs.map(documents.runSummary), () =>
    table(
      ['Run', 'Name', 'Status', 'Backend', 'Score', 'Time'],
      runs.map(({ id, name, status, backend, result }) => [
        ...[id, name, status, backend ?? '-'],
        ...(result === null ? ['-', '-'] : [headline(result.test), format.seconds(result.seconds)]),
      ]),
    ),
  )
  return exitCodes.done
}

export async function exportRun(
  { application, output }: Context,
  runId: string,
  flags: { out: string; format?: ExportFormat },
): Promise<number> {
  const { runs, exports } = application.features
  const record = await exports.create({ runId, folder: resolve(flags.out), format: flags.format })
  const { certificate } = record
  const { result } = runs.get(runId)
  const score = result === null ? 'score' : headlineNames[headlineOf(result.test).name]
  output.answer(documents.exportDocument(record), () =>
    [
      facts([
        ['Export', record.folder],
        ['Format', record.format],
        ['Size', gigabytes(record.byteLength)],
        [
          'Checked',
          `${certificate.examples} test rows: ${score} ${format.score(certificate.trainedScore)} as trained, ` +
            `${format.score(certificate.exportedScore)} read back`,
        ],
      ]),
      '',
      record.snippet,
    ].join('\n'),
  )
  return exitCodes.done
}

export async function accelerate(
  { application, output }: Context,
  flags: { cuda?: boolean; from?: string; remove?: boolean },
): Promise<number> {
  const { devices } = application.features
  if (flags.remove) {
    const removed = await devices.removeAcceleration()
    output.answer({ removed }, () =>
      removed ? 'The acceleration was removed.' : 'There was no acceleration to remove.',
    )
    return exitCodes.done
  }
  const unsubscribe = application.subscribe((name, payload) => {
    if (name !== 'devices:acceleration') return
    const { progress } = payload as {
      progress: { phase: string; receivedBytes: number; totalBytes: number | null } | null
    }
    if (progress === null) return
    const share = progress.totalBytes ? ` ${Math.round((100 * progress.receivedBytes) / progress.totalBytes)}%` : ''
    output.progress(`${progress.phase}${share}`, progress.phase)
  })
  const cancel = () => devices.cancelAcceleration()
  process.on('SIGINT', cancel)
  try {
    await devices.accelerate({ build: flags.cuda ? 'cuda' : 'cpu', ...(flags.from && { from: resolve(flags.from) }) })
  } finally {
    process.off('SIGINT', cancel)
    unsubscribe()
    output.endProgress()
  }
  const report = await devices.doctor()
  const backend = report.backends.find(({ id }) => id === 'tensorflow')
  output.answer({ installed: true, backend }, () =>
    [
      `Ready: ${backend?.device}, ${backend?.gflops?.toFixed(0)} GFLOP/s`,
      ...(backend?.reason ? [backend.reason] : []),
    ].join('\n'),
  )
  return exitCodes.done
}

function leftOut({ maxLength }: Recipe, { leftOutTexts }: RunResult): string {
  return `${format.count(leftOutTexts)} rows, since their prompts fill all ${maxLength} tokens. Raise --max-length or shorten --template.`
}

function trainedShare({
  trainableParameters: part,
  totalParameters: whole,
}: {
  trainableParameters: number
  totalParameters: number
}) {
  return `${format.count(part)} of ${format.count(whole)} parameters (${format.share(part, whole)})`
}

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}
