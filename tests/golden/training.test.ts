/** Ten steps of the training loop's own parts against torch.optim.AdamW on transformers and peft: losses, norms, values. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tidy } from '@tensorflow/tfjs-core'
import { afterAll, describe, expect, it } from 'vitest'
import type { Example } from '../../src/main/engine/data/encode'
import { assignArrays } from '../../src/main/engine/formats/arrays'
import { loadModel } from '../../src/main/engine/formats/hugging-face'
import { fromPeft } from '../../src/main/engine/formats/peft'
import { decodeSafetensors } from '../../src/main/engine/formats/safetensors'
import { createTunedModel } from '../../src/main/engine/models/create-tuned-model'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { createRandom } from '../../src/main/engine/random'
import { clipFactor, globalNorm } from '../../src/main/engine/training/clipping'
import { computeGradients } from '../../src/main/engine/training/gradients'
import { createAdamW } from '../../src/main/engine/training/optimizer'
import { createSchedule, learningRateAfter } from '../../src/main/engine/training/schedule'
import { startBackend, testBackends } from '../support/backend'
import { folderOnDisk } from '../support/folders'
import { tinyArchitectures } from '../support/tiny-models'

const tolerance = 1e-4
const rows: Record<string, string | number>[] = []

interface Expected {
  batches: { input_ids: number[][]; attention_mask: number[][]; labels: number[] }[]
  fullTraining: { loss: number; gradientNorm: number; learningRate: number }[]
  loraTraining: Expected['fullTraining']
  schedule: { learningRate: number; weightDecay: number; clipNorm: number; warmupSteps: number; steps: number }
}

describe.each(testBackends)('golden training on %s', (backend) => {
  describe.each(tinyArchitectures)('%s', (architecture) => {
    const folder = join(import.meta.dirname, architecture)

    it.each(['full', 'lora'] as const)('%s follows torch for ten steps', async (strategy) => {
      await startBackend(backend)
      const expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Expected
      const model = await (strategy === 'full' ? loadFull(folder) : loadLora(folder))
      const { learningRate, weightDecay, clipNorm } = expected.schedule
      const optimizer = createAdamW(model.parameters, { weightDecay })
      const schedule = createSchedule(learningRate, 10, 0.2)
      const golden = strategy === 'full' ? expected.fullTraining : expected.loraTraining
      let [mostLoss, mostNorm] = [0, 0]
      for (const [step, { loss, gradientNorm, learningRate: rate }] of golden.entries()) {
        expect(learningRateAfter(schedule, step)).toBeCloseTo(rate, 12)
        const taken = await takeStep(model, optimizer, expected.batches[step % 3], { rate, clipNorm })
        mostLoss = Math.max(mostLoss, Math.abs(taken.loss - loss))
        mostNorm = Math.max(mostNorm, Math.abs(taken.norm - gradientNorm) / gradientNorm)
      }
      const mostValue = await largestDifference(model, strategy, join(folder, 'expected.safetensors'))
      rows.push({ backend, architecture, strategy, loss: mostLoss, 'norm, relative': mostNorm, values: mostValue })
      expect(golden.length).toBe(10)
      expect(mostLoss).toBeLessThan(tolerance)
      expect(mostNorm).toBeLessThan(tolerance)
      expect(mostValue).toBeLessThan(tolerance)
      optimizer.dispose()
      model.dispose()
    })
  })
})

afterAll(() => {
  console.log('Largest differences from torch over ten steps')
  console.table(rows)
})

async function takeStep(
  model: TunedModel,
  optimizer: ReturnType<typeof createAdamW>,
  batch: Expected['batches'][number] | undefined,
  { rate, clipNorm }: { rate: number; clipNorm: number },
): Promise<{ loss: number; norm: number }> {
  if (!batch) throw new Error('no such batch')
  const examples = toExamples(batch)
  const time = batch.input_ids[0]?.length ?? 0
  const inputs = { examples, paddingId: 0, batchSize: examples.length, maxLength: time }
  const plan = [{ rows: examples.map((_, row) => row), time }]
  const random = createRandom(1) // the files say: no dropout
  const { loss, gradients } = computeGradients(model, inputs, plan, { random, constantParts: null })
  const norm = tidy(() => globalNorm(gradients))
  optimizer.apply(
    gradients,
    rate,
    tidy(() => clipFactor(norm, clipNorm)),
  )
  return { loss: (await loss.data())[0] ?? Number.NaN, norm: (await norm.data())[0] ?? Number.NaN }
}

function toExamples({ input_ids, attention_mask, labels }: Expected['batches'][number]): Example[] {
  return input_ids.map((ids, row) => {
    const length = attention_mask[row]?.reduce((sum, value) => sum + value, 0) ?? 0
    return { tokenIds: Int32Array.from(ids.slice(0, length)), label: labels[row] ?? 0 }
  })
}

async function loadFull(folder: string): Promise<TunedModel> {
  const { config, weights } = await loadModel(folderOnDisk(folder))
  const options = { reuseHead: true }
  return createTunedModel({ config, weights, strategy: 'full', options, classes: 3, random: createRandom(1) })
}

async function loadLora(folder: string): Promise<TunedModel> {
  const { config, weights } = await loadModel(folderOnDisk(folder))
  const adapter = join(folder, 'adapter')
  const json = JSON.parse(await readFile(join(adapter, 'adapter_config.json'), 'utf8'))
  const { settings, parameters } = fromPeft(json, await readFile(join(adapter, 'adapter_model.safetensors')))
  const { rank, alpha, targets } = settings
  const options = { rank, alpha, dropout: 0, targets: [...targets] }
  const random = createRandom(1)
  const model = createTunedModel({ config, weights, strategy: 'lora', options, classes: 3, random })
  assignArrays(model.parameters, parameters)
  return model
}

/** Over all trained values but key biases, whose gradient is rounding noise that AdamW makes steps of (README). */
async function largestDifference({ parameters }: TunedModel, strategy: string, file: string): Promise<number> {
  const { tensors } = decodeSafetensors(await readFile(file))
  let most = 0
  for (const { name, variable } of parameters) {
    if (/(key|k_lin)\.bias$/.test(name)) continue
    const golden = tensors[`${strategy}/trained/${name}`]
    if (!golden) throw new Error(`no golden value of ${name}`)
    const own = await variable.data()
    const [columns = 1, rowCount = 1] = variable.shape.length === 2 ? variable.shape : [1, own.length]
    const turned = golden.shape[0] === rowCount && golden.shape[1] === columns && !/embeddings/.test(name)
    own.forEach((value, at) => {
      const other = turned ? (at % rowCount) * columns + Math.floor(at / rowCount) : at
      most = Math.max(most, Math.abs(value - (golden.data[other] as number)))
    })
  }
  return most
}
