/** `fino demo`: from words to full finetuning on the example data, a class and a number, beside the naive baselines. */
import type { Dataset } from '../../shared/dataset'
import { type BackendChoice, backendChoiceSchema } from '../../shared/device'
import { isOfKind, type Metrics } from '../../shared/result'
import type { Run } from '../../shared/run'
import type { StrategyId } from '../../shared/strategy'
import { usage } from './choose'
import { type Context, exitCodes } from './commands'
import { exportDocument, runDocument } from './documents'
import { followRun } from './follow-run'
import * as format from './format'
import { table } from './output'
import { headline } from './scores'

/** From the cheapest to the dearest; the others would only make people wait. */
const forTopics: readonly StrategyId[] = ['dictionary', 'feature-based', 'head-only', 'lora', 'full']
const forUrgency: readonly StrategyId[] = ['dictionary', 'feature-based']
/** Where every step is slow: what takes seconds. */
const forUrgencySlowly: readonly StrategyId[] = ['dictionary']

export async function demo(context: Context, flags: { backend: string }): Promise<number> {
  const { application, output } = context
  const backend = backendChoiceSchema.safeParse(flags.backend)
  if (!backend.success) throw usage(`--backend must be auto, wasm, tensorflow or webgpu, not "${flags.backend}"`)
  const { workspace, datasets, backends, exports } = application.features
  const startedAt = performance.now()
  output.note(`Working in ${workspace.home} (FINO_HOME chooses another folder). Nothing leaves this machine.`)

  const file = { kind: 'example' } as const
  const topics = await datasets.import({
    file,
    options: { textColumn: 'text', targetColumn: 'topic', task: 'classification' },
  })
  const urgency = await datasets.import({
    file,
    options: { textColumn: 'text', targetColumn: 'urgency', task: 'regression' },
  })
  const { train, validation, test } = topics.splits
  output.note(
    `${topics.rows} customer messages: ${train} to learn from, ${validation} to validate, ${test} to test. ` +
      `First their ${topics.labels.length} topics, then how urgent they are.`,
  )

  const fast = (await backends.choose(backend.data)).backend !== 'wasm'
  if (!fast) {
    output.note('On wasm lora trains for 4 epochs here, to be done in minutes; `fino accelerate` makes it faster.')
  }

  const finished: Run[] = []
  const parts = [[topics, forTopics] as const, [urgency, fast ? forUrgency : forUrgencySlowly] as const]
  for (const [dataset, strategies] of parts) {
    for (const strategy of strategies) {
      const run = await trainOne(context, { dataset, strategy, backend: backend.data, fast })
      if (run.status !== 'finished') {
        output.note(run.failure?.message ?? `The run was ${run.status}.`)
        return exitCodes.failed
      }
      finished.push(run)
    }
  }
  const sorted = finished.filter(({ problem }) => problem.kind === 'single-label')
  const measured = finished.filter(({ problem }) => problem.kind === 'regression')

  const best = sorted.reduce((left, right) => (validationScore(right) > validationScore(left) ? right : left))
  output.note(`\nExporting ${best.recipe.strategy}, the best for topics on the validation split.`)
  const exported = await exports.create({ runId: best.id })
  const seconds = (performance.now() - startedAt) / 1000

  const { backend: usedBackend, device } = finished.findLast(({ device }) => device !== null) ?? best
  const document = {
    backend: usedBackend,
    seconds,
    runs: finished.map((run) => ({ strategy: run.recipe.strategy, ...runDocument(run, null) })),
    export: exportDocument(exported),
  }
  output.answer(document, () =>
    [
      '',
      table(
        ['Topic', 'Trains', 'Test accuracy', 'Macro-F1', 'Took', 'Quoted'],
        [...sorted.map((run) => toRow(run, classScores)), naive(sorted, 'most frequent class', classScores)],
      ),
      '',
      table(
        ['Urgency', 'Trains', 'Test R2', 'Mean abs. error', 'Took', 'Quoted'],
        [...measured.map((run) => toRow(run, numberScores)), naive(measured, 'mean', numberScores)],
      ),
      '',
      `Backend ${usedBackend} (${device}); all of it took ${format.seconds(seconds)}.`,
      `The files of ${best.recipe.strategy} are in ${exported.folder}`,
      `(read back and scored again: accuracy ${format.score(exported.certificate.exportedScore)} on ${exported.certificate.examples} test rows).`,
    ].join('\n'),
  )
  return exitCodes.done
}

async function trainOne(
  { application, output }: Context,
  chosen: { dataset: Dataset; strategy: StrategyId; backend: BackendChoice; fast: boolean },
): Promise<Run> {
  const { quotes, runs } = application.features
  const { dataset, strategy, backend, fast } = chosen
  const shortened = !fast && strategy === 'lora' ? { epochs: 4 } : {}
  const request = { datasetId: dataset.id, modelId: 'starter', strategy, backend, ...shortened }
  output.note(`\n${dataset.targetColumn}: ${strategy}`)
  // A probe runs a few real steps: worth its time only where a step is quick.
  if (fast) await quotes.create({ request, probe: true })
  const { id } = await runs.start({ request, name: `Demo · ${dataset.targetColumn} · ${strategy}` })
  const run = await followRun(application, id, output)
  if (run.result !== null) output.note(headline(run.result.test))
  return run
}

type Scores = (metrics: Metrics) => [string, string]

function toRow({ recipe, result, quote }: Run, scores: Scores): string[] {
  if (result === null) return [recipe.strategy]
  return [
    recipe.strategy,
    format.share(result.trainableParameters, result.totalParameters),
    ...scores(result.test),
    format.seconds(result.seconds),
    quote === null ? '-' : format.secondsRange(quote.seconds),
  ]
}

function naive([run]: readonly Run[], name: string, scores: Scores): string[] {
  return run?.result ? [name, '-', ...scores(run.result.naive), '-', '-'] : []
}

function classScores(metrics: Metrics): [string, string] {
  return isOfKind(metrics, 'single-label')
    ? [format.score(metrics.accuracy), format.score(metrics.macroF1)]
    : ['-', '-']
}

function numberScores(metrics: Metrics): [string, string] {
  return isOfKind(metrics, 'regression')
    ? [format.score(metrics.r2), format.figure(metrics.meanAbsoluteError)]
    : ['-', '-']
}

function validationScore({ result }: Run): number {
  return result === null || !isOfKind(result.validation, 'single-label') ? 0 : result.validation.macroF1
}
