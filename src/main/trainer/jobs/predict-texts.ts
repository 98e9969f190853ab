/** Labels texts with a trained model. */
import { startBackend } from '../../devices/start-backend'
import { toPredictions } from '../../engine/training/metrics'
import type { Job } from './context'
import { askAll, openTrained } from './open-trained'

export const predictTexts: Job<'predict-texts'> = async ({ trained, texts, backend }, context) => {
  await startBackend(backend)
  const opened = await openTrained(trained)
  try {
    return toPredictions(await askAll(opened, texts, context), opened.labels)
  } finally {
    opened.model.dispose()
  }
}
