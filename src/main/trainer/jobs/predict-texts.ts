/** Labels, rates or answers texts with a trained model. */
import { generationSchema } from '../../../shared/generation'
import type { Prediction } from '../../../shared/result'
import { startBackend } from '../../devices/start-backend'
import { encodeTexts } from '../../engine/data/encode'
import { objectiveOf } from '../../engine/training/objectives/index'
import type { Trained } from '../contract'
import { answerAll } from './answer'
import type { Job, JobContext } from './context'
import { isDictionaryFolder, predictWithDictionary } from './dictionary'
import { finish } from './load'
import { leaveIfAsked, measureAll, type OpenedModel, openTrained } from './open-trained'

export const predictTexts: Job<'predict-texts'> = async ({ trained, texts, backend, generation }, context) => {
  if (trained.kind !== 'base' && (await isDictionary(trained)))
    return await predictWithDictionary(trained, texts, context)
  await startBackend(backend)
  const opened = await openTrained(trained)
  try {
    const { problem } = opened
    if (problem.kind !== 'instruction') return await read(opened, texts, context)
    const options = generation ?? generationSchema.parse({})
    return await answerAll(opened, problem.template, texts, options, async (done) => {
      context.counted(done, texts.length)
      await context.breathe()
      leaveIfAsked(context)
    })
  } finally {
    opened.model.dispose()
  }
}

async function isDictionary(trained: Exclude<Trained, { kind: 'base' }>): Promise<boolean> {
  return trained.kind === 'run' ? trained.recipe.strategy === 'dictionary' : await isDictionaryFolder(trained.folder)
}

async function read(opened: OpenedModel, texts: readonly string[], context: JobContext): Promise<Prediction[]> {
  const { tokenizer, maxLength, problem } = opened
  const unknown = texts.map((text) => ({ text, target: '' }))
  const encoding = encodeTexts(tokenizer, unknown, { maxLength, targetOf: () => new Float32Array(0) })
  const { examples } = await finish(encoding, context)
  const predictions = objectiveOf(problem).predict(await measureAll(opened, examples, context))
  if (!predictions) throw new Error(`a ${problem.kind} problem has nothing to read off`)
  return predictions
}
