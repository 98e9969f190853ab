/** Trains into a run's folder and scores the result on the test split. */
import { keptOutputsLimitBytes } from '../../../shared/run'
import { startBackend } from '../../devices/start-backend'
import { isWorthKeeping } from '../../engine/training/constant-part'
import { createMemoryStore } from '../../engine/training/kept-values'
import type { Job } from './context'
import { trainDictionary } from './dictionary'
import { startDrive } from './drive'
import { createFileStore, originOf } from './keeping'
import { loadTunedModel } from './load'
import { scoreTest } from './test-scores'

export const trainRun: Job<'train'> = async (input, context) => {
  const { material } = input
  const recipe = { ...input.recipe, ...input.step }
  if (recipe.strategy === 'dictionary') return await trainDictionary(input, context)
  const { problem, modelFolder } = material
  const drive = await startDrive(input, context)
  const backend = await startBackend(recipe.backend)
  const tuned = await loadTunedModel(modelFolder, problem, recipe)
  try {
    const keeping =
      input.keptFolder && isWorthKeeping(tuned.model)
        ? createFileStore(input.keptFolder, await originOf(modelFolder, backend.id), console.log)
        : createMemoryStore(keptOutputsLimitBytes)
    const driven = await drive.train(tuned, problem, keeping)
    const tested = await scoreTest(tuned, material, drive.split, {
      batchSize: recipe.batchSize,
      lengths: driven.report.paddedLengths,
      keeping,
      between: (done, total) => drive.between('finalizing', done, total),
    })
    await driven.close()
    const result = {
      ...driven.result(),
      test: tested.metrics,
      naive: tested.naive,
      leftOutTexts: driven.leftOutTexts + tested.leftOutTexts,
    }
    const { id, device, versions } = backend
    return { result, testRows: tested.rows, backend: id, device, versions }
  } finally {
    tuned.model.dispose()
  }
}
