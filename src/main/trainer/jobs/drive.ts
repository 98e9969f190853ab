/** Drives the training loop of a job: its state into the run's folder, its numbers to whoever watches, messages let in between. */
import type { DatasetRow } from '../../../shared/dataset'
import type { Problem } from '../../../shared/problem'
import type { RunResult } from '../../../shared/result'
import { stepsPerEpoch } from '../../engine/data/batches'
import { countParameters } from '../../engine/parameters'
import type { TrainingEvent, TrainingReport } from '../../engine/training/events'
import type { KeptValuesStore } from '../../engine/training/kept-values'
import { leaveIfCancelled } from '../../engine/training/phase'
import { train } from '../../engine/training/train'
import { openCheckpointFiles } from '../checkpoint-files'
import type { TrainingInput } from '../contract'
import type { JobContext } from './context'
import type { LoadedModel } from './load'
import { peakMemoryBytes, resetPeakMemory } from './memory'
import { createTracker } from './progress'
import { readRows, rowsOf } from './rows'

/** A crash costs no more than this much training. */
const checkpointSeconds = 60

export interface Split {
  readonly train: readonly DatasetRow[]
  readonly validation: readonly DatasetRow[]
  readonly test: readonly DatasetRow[]
}

export interface Drive {
  readonly split: Split
  tell(event: TrainingEvent): void
  /** To be awaited between batches of work outside the loop; leaves where cancelled. */
  between(phase: 'evaluating' | 'finalizing', done: number, total: number): Promise<void>
  /** Trains; the best parameters are in the model then. */
  train(loaded: LoadedModel, problem: Problem, keeping: KeptValuesStore): Promise<Driven>
}

export interface Driven {
  readonly report: TrainingReport
  /** Of training and validation, without room for what is foreseen. */
  readonly leftOutTexts: number
  /** What the loop makes known of a result. Call it when everything is done: it counts the time. */
  result(): Omit<RunResult, 'test' | 'naive' | 'leftOutTexts'>
  /** Once the result is safe: removes the optimizer's state, unless the run may go on from it. */
  close(): Promise<void>
}

/** Reads the rows and begins the loading phase; time counts from there. Fails with `dataset-too-small` or `dataset-malformed`. */
export async function startDrive(input: TrainingInput, context: JobContext): Promise<Drive> {
  const rows = await readRows(input.material.rowsFile)
  const split = { train: rowsOf(rows, 'train'), validation: rowsOf(rows, 'validation'), test: rowsOf(rows, 'test') }
  const drive = createDrive(input, split, context)
  drive.tell({ kind: 'phase', phase: 'loading', done: 0, total: 1 })
  await context.breathe()
  return drive
}

function createDrive(input: TrainingInput, split: Split, context: JobContext): Drive {
  const { runFolder, resume } = input
  const recipe = { ...input.recipe, ...input.step }
  const startedAt = performance.now()
  const clock = () => performance.now()
  resetPeakMemory()
  const tracker = createTracker(clock, {
    train: split.train.length,
    validation: split.validation.length,
    test: split.test.length,
    epochs: recipe.epochs,
    stepsPerEpoch: stepsPerEpoch(split.train.length, recipe.batchSize, recipe.accumulationSteps),
  })
  const forWantOfMemory = {
    ...(recipe.batchSize < input.recipe.batchSize && { smallerBatch: recipe.batchSize }),
    ...(recipe.recomputeLayers && !input.recipe.recomputeLayers && { recomputeLayers: true }),
  }
  const tell = (event: TrainingEvent) => {
    const { progress, points } = tracker.take(event)
    context.progress({ ...progress, ...forWantOfMemory }, points)
  }

  return {
    split,
    tell,
    async between(phase, done, total) {
      tell({ kind: 'phase', phase, done, total })
      await context.breathe()
      leaveIfCancelled(context.stop)
    },
    async train({ model, tokenizer, maxLength }, problem, keeping) {
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
      const earlierSeconds = last ? report.trainingSeconds - ownTrainingSeconds : 0
      const trainableParameters = countParameters(model.parameters)
      const { totalParameters } = model
      return {
        report,
        leftOutTexts,
        async close() {
          if (report.stoppedBecause !== 'asked') await files.finish()
        },
        result: () => ({
          validation: report.validation,
          trainableParameters,
          totalParameters,
          steps: report.steps,
          epochs: report.epochs,
          seconds: earlierSeconds + (performance.now() - startedAt) / 1000,
          tokensPerSecond: report.trainingSeconds > 0 ? report.trainingTokens / report.trainingSeconds : 0,
          peakMemoryBytes: peakMemoryBytes(),
          bestStep: report.bestStep,
          stoppedBecause: report.stoppedBecause,
        }),
      }
    },
  }
}
