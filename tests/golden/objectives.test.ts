/** Ten AdamW steps of regression and of several classes at once against transformers, and a response's loss against -100 labels. */
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { Example } from '../../src/main/engine/data/encode'
import { loadModel } from '../../src/main/engine/formats/hugging-face'
import { createTunedModel } from '../../src/main/engine/models/create-tuned-model'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { createRandom } from '../../src/main/engine/random'
import { clipFactor, globalNorm } from '../../src/main/engine/training/clipping'
import { computeGradients } from '../../src/main/engine/training/gradients'
import { objectiveOf } from '../../src/main/engine/training/objectives/index'
import { createAdamW } from '../../src/main/engine/training/optimizer'
import { outputsOf, type Problem } from '../../src/shared/problem'
import { startBackend, testBackends } from '../support/backend'
import { folderOnDisk } from '../support/folders'
import {
  type GoldenBatch,
  type GoldenStep,
  objectivesGolden,
  readBatches,
  readLanguageTraining,
} from '../support/objectives'

const tolerance = 1e-4
const problems = {
  regression: { kind: 'regression', mean: 0, deviation: 1 },
  'multi-label': { kind: 'multi-label', labels: ['a', 'b', 'c'], separator: ';' },
  instruction: { kind: 'instruction', template: '{prompt}' },
} as const satisfies Record<string, Problem>

const readers = (['bert', 'gpt2'] as const).flatMap((folder) =>
  (['regression', 'multi-label'] as const).map((kind) => ({ folder, kind })),
)

describe.each(testBackends)('on %s', (backend) => {
  it.each(readers)('$kind on $folder follows torch', async ({ folder, kind }) => {
    await startBackend(backend)
    const { answers, training } = objectivesGolden.trajectories[folder][kind]
    const examples = readBatches(folder).map(({ input_ids, attention_mask }, batch) =>
      input_ids.map((ids, row) => ({
        tokenIds: Int32Array.from(ids.filter((_, at) => attention_mask[row]?.[at] === 1)),
        target: Float32Array.from([answers[batch]?.[row] ?? []].flat()),
      })),
    )
    await follow(await loadFull(folder, problems[kind]), problems[kind], examples, training)
  })

  it.each(['gpt2', 'llama'])("a response's loss on %s follows torch's with labels of -100", async (folder) => {
    await startBackend(backend)
    const { instruction } = problems
    const examples = readBatches(folder).map(toInstructions)
    await follow(await loadFull(folder, instruction), instruction, examples, readLanguageTraining(folder))
  })
})

/** The prompt ends where the targets begin. */
function toInstructions({ input_ids, attention_mask, targets }: GoldenBatch): Example[] {
  return input_ids.map((ids, row) => ({
    tokenIds: Int32Array.from(ids.filter((_, at) => attention_mask[row]?.[at] === 1)),
    target: Float32Array.of(targets[row]?.findIndex((target) => target >= 0) ?? Number.NaN),
  }))
}

async function follow(
  model: TunedModel,
  problem: Problem,
  batches: readonly (readonly Example[])[],
  golden: readonly GoldenStep[],
): Promise<void> {
  const { weightDecay, clipNorm } = objectivesGolden.schedule
  const optimizer = createAdamW(model.parameters, { weightDecay })
  expect(golden.length).toBe(10)
  for (const [step, { loss, gradientNorm, learningRate }] of golden.entries()) {
    const examples = batches[step % batches.length] as readonly Example[]
    const time = Math.max(...examples.map(({ tokenIds }) => tokenIds.length))
    const inputs = { examples, paddingId: 0, batchSize: examples.length, lengths: [time] }
    // In two batches, which changes nothing.
    const plan = [[0, 1, 2], [3]].map((rows) => ({ rows, time }))
    const options = { objective: objectiveOf(problem), random: createRandom(1), constantParts: null }
    const taken = computeGradients(model, inputs, plan, options)
    const norm = tf.tidy(() => globalNorm(taken.gradients))
    optimizer.apply(
      taken.gradients,
      learningRate,
      tf.tidy(() => clipFactor(norm, clipNorm)),
    )
    expect(Math.abs(((await taken.loss.data())[0] ?? Number.NaN) - loss)).toBeLessThan(tolerance)
    expect(Math.abs(((await norm.data())[0] ?? Number.NaN) / gradientNorm - 1)).toBeLessThan(tolerance)
  }
  optimizer.dispose()
  model.dispose()
}

/** All of it trains, from the folder's values; a head with fewer outputs has the first of the folder's. */
async function loadFull(folder: string, problem: Problem): Promise<TunedModel> {
  const { config, weights } = await loadModel(folderOnDisk(join(import.meta.dirname, folder)))
  const outputs = outputsOf(problem)
  const heads = ['classifier.weight', 'classifier.bias', 'score.weight'].flatMap((name) => {
    const whole = weights[name]
    return whole && outputs !== null
      ? [{ name, first: tf.slice(whole, 0, [...whole.shape.slice(0, -1), outputs]) }]
      : []
  })
  const model = createTunedModel({ config, weights, strategy: 'full', options: {}, outputs, random: createRandom(1) })
  for (const { name, first } of heads) {
    model.parameters.find((parameter) => parameter.name === name)?.variable.assign(first)
    first.dispose()
  }
  return model
}
