/** Trains into a run's folder and scores the result on the test split. */

import type { DatasetRow } from '../../../shared/dataset'
import type { ClassificationMetrics, RunResult, ScoredRow } from '../../../shared/result'
import { startBackend } from '../../devices/start-backend'
import { stepsPerEpoch } from '../../engine/data/batches'
import { countParameters } from '../../engine/parameters'
import { computeLogits } from '../../engine/training/evaluate'
import { scoreConfusion, scoreLogits, toPredictions } from '../../engine/training/metrics'
import { train } from '../../engine/training/train'
import { openCheckpointFiles } from '../checkpoint-files'
import type { Job } from './context'
import { encodeAll, finish, loadTunedModel } from './load'
import { peakMemoryBytes, resetPeakMemory } from './memory'
import { createTracker } from './progress'
import { readRows, rowsOf, textsOf } from './rows'

/** A crash costs no more than this much training. */
const checkpointSeconds = 60
/** Frozen outputs beyond this are computed again in every epoch. */
const cacheLimitBytes = 2e9

export const trainRun: Job<'train'> = async ({ material, recipe, runFolder, resume }, context) => {
  const startedAt = performance.now()
  const clock = () => performance.now()
  resetPeakMemory()
  const { labels } = material
  const rows = await readRows(material.rowsFile)
  const split = { train: rowsOf(rows, 'train'), validation: rowsOf(rows, 'validation'), test: rowsOf(rows, 'test') }
  const perEpoch = stepsPerEpoch(split.train.length, recipe.batchSize, recipe.accumulationSteps)
  const tracker = createTracker(clock, {
    train: split.train.length,
    validation: split.validation.length,
    test: split.test.length,
    epochs: recipe.epochs,
    stepsPerEpoch: perEpoch,
  })
  const tell = (event: Parameters<typeof tracker.take>[0]) => {
    const { progress, points } = tracker.take(event)
    context.progress(progress, points)
  }
  tell({ kind: 'phase', phase: 'loading', done: 0, total: 1 })
  await context.breathe()

  const backend = await startBackend(recipe.backend)
  const { tokenizer, model, maxLength } = await loadTunedModel(material.modelFolder, labels, recipe)
  try {
    const files = openCheckpointFiles(runFolder)
    const last = resume ? await files.readLast() : null
    if (!last) await files.clear()
    // A resumed run does not repeat the steps before its checkpoint: their points must be out when it is written.
    const saveLast: typeof files.saveLast = async (bytes) => {
      context.flush()
      await context.breathe()
      await files.saveLast(bytes)
    }
    const work = train({
      model,
      tokenizer,
      train: textsOf(split.train, labels),
      validation: textsOf(split.validation, labels),
      labels,
      recipe: { ...recipe, maxLength },
      clock,
      store: { ...files, saveLast },
      stop: context.stop,
      checkpointSeconds,
      cacheLimitBytes,
      resume: last ? { last, best: files.readBest } : null,
    })
    let ownTrainingSeconds = 0
    let next = await work.next()
    while (!next.done) {
      if (next.value.kind === 'step') ownTrainingSeconds += next.value.seconds
      tell(next.value)
      if (next.value.kind === 'checkpoint') context.checkpoint(next.value.step, next.value.byteLength)
      await context.breathe()
      next = await work.next()
    }
    const report = next.value

    const examples = await encodeAll(tokenizer, textsOf(split.test, labels), maxLength, context)
    const inputs = { examples, paddingId: tokenizer.paddingId, batchSize: recipe.batchSize, maxLength }
    const logits = await finish(computeLogits(model, inputs), context, (done, total) =>
      tell({ kind: 'phase', phase: 'finalizing', done, total }),
    )
    const targets = examples.map(({ label }) => label)
    if (report.stoppedBecause !== 'asked') await files.finish()
    const earlierSeconds = report.trainingSeconds - ownTrainingSeconds
    const result: RunResult = {
      validation: report.validation,
      test: scoreLogits(logits, targets, labels),
      majority: scoreMajority(split.train, split.test, labels),
      trainableParameters: countParameters(model.parameters),
      totalParameters: model.totalParameters,
      steps: report.steps,
      epochs: report.epochs,
      seconds: earlierSeconds + (performance.now() - startedAt) / 1000,
      tokensPerSecond: report.trainingSeconds > 0 ? report.trainingTokens / report.trainingSeconds : 0,
      peakMemoryBytes: peakMemoryBytes(),
      bestStep: report.bestStep,
      stoppedBecause: report.stoppedBecause,
    }
    const { id, device, versions } = backend
    return { result, testRows: scoreRows(split.test, logits, labels), backend: id, device, versions }
  } finally {
    model.dispose()
  }
}

function scoreRows(rows: readonly DatasetRow[], logits: Float32Array, labels: readonly string[]): ScoredRow[] {
  const predictions = toPredictions(logits, labels)
  return rows.map(({ id, text, target }, index) => {
    const { label = '', probabilities = [] } = predictions[index] ?? {}
    return { id, text, target, predicted: label, probability: Math.max(...probabilities) }
  })
}

/** What always answering the training split's most frequent class scores on the test split. */
function scoreMajority(
  train: readonly DatasetRow[],
  test: readonly DatasetRow[],
  labels: readonly string[],
): Pick<ClassificationMetrics, 'accuracy' | 'macroF1'> {
  const count = (rows: readonly DatasetRow[]) =>
    labels.map((label) => rows.filter((row) => row.target === label).length)
  const inTraining = count(train)
  const most = inTraining.indexOf(Math.max(...inTraining))
  const confusion = count(test).map((support) => labels.map((_, column) => (column === most ? support : 0)))
  const { accuracy, macroF1 } = scoreConfusion(confusion, labels)
  return { accuracy, macroF1 }
}
