/** Trains into a run's folder and scores the result on the test split. */
import type { RunResult } from '../../../shared/result'
import { keptOutputsLimitBytes } from '../../../shared/run'
import { startBackend } from '../../devices/start-backend'
import { stepsPerEpoch } from '../../engine/data/batches'
import { countParameters } from '../../engine/parameters'
import { isWorthKeeping } from '../../engine/training/constant-part'
import type { TrainingEvent } from '../../engine/training/events'
import { createMemoryStore } from '../../engine/training/kept-values'
import { leaveIfCancelled } from '../../engine/training/phase'
import { train } from '../../engine/training/train'
import { openCheckpointFiles } from '../checkpoint-files'
import type { Job } from './context'
import { trainDictionary } from './dictionary'
import { createFileStore, originOf } from './keeping'
import { loadTunedModel } from './load'
import { peakMemoryBytes, resetPeakMemory } from './memory'
import { createTracker } from './progress'
import { readRows, rowsOf } from './rows'
import { scoreTest } from './test-scores'

/** A crash costs no more than this much training. */
const checkpointSeconds = 60

export const trainRun: Job<'train'> = async (input, context) => {
  const { material, runFolder, resume } = input
  const recipe = { ...input.recipe, ...input.step }
  if (recipe.strategy === 'dictionary') return await trainDictionary(input, context)
  const startedAt = performance.now()
  const clock = () => performance.now()
  resetPeakMemory()
  const { problem, modelFolder } = material
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
  const tell = (event: TrainingEvent) => {
    const { progress, points } = tracker.take(event)
    const fewer = recipe.batchSize < input.recipe.batchSize
    context.progress(fewer ? { ...progress, smallerBatch: recipe.batchSize } : progress, points)
  }
  tell({ kind: 'phase', phase: 'loading', done: 0, total: 1 })
  await context.breathe()

  const backend = await startBackend(recipe.backend)
  const tuned = await loadTunedModel(modelFolder, problem, recipe)
  const { tokenizer, model, maxLength } = tuned
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
    const keeping =
      input.keptFolder && isWorthKeeping(model)
        ? createFileStore(input.keptFolder, await originOf(modelFolder, backend.id), console.log)
        : createMemoryStore(keptOutputsLimitBytes)
    const work = train({
      model,
      tokenizer,
      train: split.train,
      validation: split.validation,
      problem,
      recipe: { ...recipe, maxLength },
      clock,
      store: { ...files, saveLast },
      stop: context.stop,
      checkpointSeconds,
      keeping,
      resume: last ? { last, best: files.readBest } : null,
    })
    let ownTrainingSeconds = 0
    let leftOutTexts = 0
    let next = await work.next()
    while (!next.done) {
      if (next.value.kind === 'step') ownTrainingSeconds += next.value.seconds
      if (next.value.kind === 'left-out') leftOutTexts += next.value.texts
      tell(next.value)
      if (next.value.kind === 'checkpoint') context.checkpoint(next.value.step, next.value.byteLength)
      await context.breathe()
      next = await work.next()
    }
    const report = next.value

    const tested = await scoreTest(tuned, material, split, {
      batchSize: recipe.batchSize,
      lengths: report.paddedLengths,
      keeping,
      between,
    })
    if (report.stoppedBecause !== 'asked') await files.finish()
    const earlierSeconds = last ? report.trainingSeconds - ownTrainingSeconds : 0
    const result: RunResult = {
      validation: report.validation,
      test: tested.metrics,
      naive: tested.naive,
      trainableParameters: countParameters(model.parameters),
      totalParameters: model.totalParameters,
      steps: report.steps,
      epochs: report.epochs,
      seconds: earlierSeconds + (performance.now() - startedAt) / 1000,
      tokensPerSecond: report.trainingSeconds > 0 ? report.trainingTokens / report.trainingSeconds : 0,
      peakMemoryBytes: peakMemoryBytes(),
      bestStep: report.bestStep,
      stoppedBecause: report.stoppedBecause,
      leftOutTexts: leftOutTexts + tested.leftOutTexts,
    }
    const { id, device, versions } = backend
    return { result, testRows: tested.rows, backend: id, device, versions }
  } finally {
    model.dispose()
  }

  async function between(done: number, total: number): Promise<void> {
    tell({ kind: 'phase', phase: 'finalizing', done, total })
    await context.breathe()
    leaveIfCancelled(context.stop)
  }
}
