/** `fino demo`: every strategy on the example data with the starter, beside the naive baseline, and an export. */
import { backendChoiceSchema } from '../../shared/device'
import { isOfKind, type Metrics } from '../../shared/result'
import type { Run } from '../../shared/run'
import { strategyIds } from '../../shared/strategy'
import { usage } from './choose'
import { type Context, exitCodes } from './commands'
import { exportDocument, runDocument } from './documents'
import { followRun } from './follow-run'
import * as format from './format'
import { table } from './output'

export async function demo({ application, output }: Context, flags: { backend: string }): Promise<number> {
  const backend = backendChoiceSchema.safeParse(flags.backend)
  if (!backend.success) throw usage(`--backend must be auto, wasm or tensorflow, not "${flags.backend}"`)
  const { workspace, datasets, backends, quotes, runs, exports } = application.features
  const startedAt = performance.now()
  output.note(`Working in ${workspace.home} (FINO_HOME chooses another folder). Nothing leaves this machine.`)

  const dataset = await datasets.import({
    file: { kind: 'example' },
    options: { textColumn: 'text', targetColumn: 'topic', task: 'classification' },
  })
  const { train, validation, test } = dataset.splits
  output.note(
    `${dataset.rows} customer messages, ${dataset.labels.length} topics: ${train} to learn from, ${validation} to validate, ${test} to test.`,
  )

  const fast = (await backends.choose(backend.data)).backend !== 'wasm'
  if (!fast) {
    output.note(
      'On wasm full and lora train for 2 epochs here, to be done in minutes; `fino accelerate` makes it faster.',
    )
  }

  const finished: Run[] = []
  for (const strategy of strategyIds) {
    const shortened = !fast && (strategy === 'full' || strategy === 'lora') ? { epochs: 2 } : {}
    const request = { datasetId: dataset.id, modelId: 'starter', strategy, backend: backend.data, ...shortened }
    output.note(`\n${strategy}`)
    // A probe runs a few real steps: worth its time only where a step is quick.
    if (fast) await quotes.create({ request, probe: true })
    const { id } = await runs.start({ request, name: `Demo · ${strategy}` })
    const run = await followRun(application, id, output)
    if (run.status !== 'finished') {
      output.note(run.failure?.message ?? `The run was ${run.status}.`)
      return exitCodes.failed
    }
    finished.push(run)
  }

  const best = finished.reduce((left, right) => (validationScore(right) > validationScore(left) ? right : left))
  output.note(`\nExporting ${best.recipe.strategy}, the best on the validation split.`)
  const exported = await exports.create({ runId: best.id })
  const seconds = (performance.now() - startedAt) / 1000

  const document = {
    backend: best.backend,
    seconds,
    runs: finished.map((run) => ({ strategy: run.recipe.strategy, ...runDocument(run, null) })),
    export: exportDocument(exported),
  }
  output.answer(document, () =>
    [
      '',
      table(
        ['Strategy', 'Trains', 'Test accuracy', 'Macro-F1', 'Took', 'Quoted'],
        [...finished.map(toRow), naive(best)],
      ),
      '',
      `Backend ${best.backend} (${best.device}); all of it took ${format.seconds(seconds)}.`,
      `The files of ${best.recipe.strategy} are in ${exported.folder}`,
      `(read back and scored again: accuracy ${format.score(exported.certificate.exportedScore)} on ${exported.certificate.examples} test rows).`,
    ].join('\n'),
  )
  return exitCodes.done
}

function toRow({ recipe, result, quote }: Run): string[] {
  if (result === null) return [recipe.strategy]
  return [
    recipe.strategy,
    format.share(result.trainableParameters, result.totalParameters),
    ...classScores(result.test),
    format.seconds(result.seconds),
    quote === null ? '-' : format.secondsRange(quote.seconds),
  ]
}

function naive({ result }: Run): string[] {
  return result === null ? [] : ['most frequent class', '-', ...classScores(result.naive), '-', '-']
}

function classScores(metrics: Metrics): [string, string] {
  return isOfKind(metrics, 'single-label')
    ? [format.score(metrics.accuracy), format.score(metrics.macroF1)]
    : ['-', '-']
}

function validationScore({ result }: Run): number {
  return result === null || !isOfKind(result.validation, 'single-label') ? 0 : result.validation.macroF1
}
