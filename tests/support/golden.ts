/** The golden files of tests/golden, whose README says what they hold. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assignArrays, type FloatArray, transposeArray } from '../../src/main/engine/formats/arrays'
import { loadModel } from '../../src/main/engine/formats/hugging-face'
import { adapterConfigFile, adapterFile, fromPeft } from '../../src/main/engine/formats/peft'
import { decodeSafetensors } from '../../src/main/engine/formats/safetensors'
import { createTunedModel } from '../../src/main/engine/models/create-tuned-model'
import type { Batch, TunedModel } from '../../src/main/engine/models/tuned-model'
import { createRandom } from '../../src/main/engine/random'
import type { Architecture } from '../../src/shared/model'
import { folderOnDisk } from './folders'
import { batchOf } from './tiny-models'

export interface GoldenStep {
  readonly loss: number
  readonly gradientNorm: number
  readonly learningRate: number
}

export interface Golden {
  readonly logits: number[][]
  readonly loraLogits: number[][]
  readonly fullTraining: GoldenStep[]
  readonly loraTraining: GoldenStep[]
  readonly schedule: {
    readonly steps: number
    readonly warmupSteps: number
    readonly learningRate: number
    readonly weightDecay: number
    readonly clipNorm: number
  }
  readonly batches: { input_ids: number[][]; attention_mask: number[][]; labels: number[] }[]
}

export const goldenClasses = 3

export function goldenFolder(architecture: Architecture): string {
  return join(import.meta.dirname, '..', 'golden', architecture)
}

export function readGolden(architecture: Architecture): Golden {
  return JSON.parse(readFileSync(join(goldenFolder(architecture), 'expected.json'), 'utf8'))
}

/** Tensors whose name begins with the prefix ("full/gradients/"), without it, in the engine's layout. */
export function goldenTensors(architecture: Architecture, prefix: string): Map<string, FloatArray> {
  const { tensors } = decodeSafetensors(readFileSync(join(goldenFolder(architecture), 'expected.safetensors')))
  const chosen = Object.entries(tensors).filter(([name]) => name.startsWith(prefix))
  return new Map(
    chosen.map(([name, { shape, data }]) => {
      const plain = name.slice(prefix.length)
      const array = { shape, data: data as Float32Array }
      const turned = shape.length === 2 && !plain.includes('embeddings') ? transposeArray(array) : array
      return [plain, turned]
    }),
  )
}

export function goldenBatch({ batches }: Golden, index: number): Batch & { labels: number[] } {
  const { input_ids: ids = [], attention_mask: mask = [], labels = [] } = batches[index % batches.length] ?? {}
  const texts = ids.map((row, text) => row.filter((_, at) => mask[text]?.[at] === 1))
  return { ...batchOf(texts), labels }
}

/** The golden classifier at the files' values: all of it trains. */
export async function goldenFull(architecture: Architecture): Promise<TunedModel> {
  const { config, weights } = await loadModel(folderOnDisk(goldenFolder(architecture)))
  const options = { reuseHead: true }
  return createTunedModel({
    config,
    weights,
    strategy: 'full',
    options,
    classes: goldenClasses,
    random: createRandom(0),
  })
}

/** The golden classifier with the golden adapter. */
export async function goldenLora(architecture: Architecture): Promise<TunedModel> {
  const { config, weights } = await loadModel(folderOnDisk(goldenFolder(architecture)))
  const folder = join(goldenFolder(architecture), 'adapter')
  const adapter = fromPeft(
    JSON.parse(readFileSync(join(folder, adapterConfigFile), 'utf8')),
    readFileSync(join(folder, adapterFile)),
  )
  const { rank, alpha, dropout, targets } = adapter.settings
  const options = { rank, alpha, dropout, targets: [...targets] }
  const random = createRandom(0)
  const model = createTunedModel({ config, weights, strategy: 'lora', options, classes: goldenClasses, random })
  assignArrays(model.parameters, adapter.parameters)
  return model
}
