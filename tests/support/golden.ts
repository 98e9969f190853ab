/** The golden files of tests/golden, whose README says what they hold. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FloatArray, transposeArray } from '../../src/main/engine/formats/arrays'
import { loadModel } from '../../src/main/engine/formats/hugging-face'
import { decodeSafetensors } from '../../src/main/engine/formats/safetensors'
import { parseConfig } from '../../src/main/engine/models/config'
import { createTunedModel } from '../../src/main/engine/models/create-tuned-model'
import type { Batch, TunedModel } from '../../src/main/engine/models/tuned-model'
import { expectedTensors, headTensors } from '../../src/main/engine/models/weights'
import { createRandom } from '../../src/main/engine/random'
import { folderOnDisk } from './folders'
import { batchOf } from './tiny-models'

export const goldenEncoders = ['bert', 'distilbert', 'roberta', 'xlm-roberta'] as const
export const goldenDecoders = ['gpt2', 'llama', 'llama-linear', 'mistral', 'qwen2'] as const
/** One folder each; LLaMA has two. */
export type GoldenModel = (typeof goldenEncoders)[number] | (typeof goldenDecoders)[number]

export type GoldenHead = 'classification' | 'language'
export const goldenCases: readonly { model: GoldenModel; head: GoldenHead }[] = [
  ...goldenEncoders.map((model) => ({ model, head: 'classification' }) as const),
  ...goldenDecoders.flatMap((model) => (['classification', 'language'] as const).map((head) => ({ model, head }))),
]

export interface GoldenStep {
  readonly loss: number
  readonly gradientNorm: number
  readonly learningRate: number
}

export interface Golden {
  readonly training: Readonly<Record<GoldenHead, readonly GoldenStep[]>>
  readonly schedule: {
    readonly steps: number
    readonly warmupSteps: number
    readonly learningRate: number
    readonly weightDecay: number
    readonly clipNorm: number
  }
  readonly batches: readonly GoldenBatch[]
}

interface GoldenBatch {
  readonly input_ids: number[][]
  readonly attention_mask: number[][]
  readonly labels: number[]
  readonly targets: number[][]
}

export const goldenClasses = 3

export function goldenFolder(model: GoldenModel): string {
  return join(import.meta.dirname, '..', 'golden', model)
}

export function readGolden(model: GoldenModel): Golden {
  return JSON.parse(readFileSync(join(goldenFolder(model), 'expected.json'), 'utf8'))
}

/** Of the first batch: [4, classes], or [4, time, vocabulary]. */
export function goldenLogits(model: GoldenModel, head: GoldenHead): FloatArray {
  return expectedArrays(model)[`${head}/logits`] as FloatArray
}

/** Of the first batch, by parameter name, in the engine's layout. */
export function goldenGradients(model: GoldenModel, head: GoldenHead): Map<string, Float32Array> {
  const config = parseConfig(JSON.parse(readFileSync(join(goldenFolder(model), 'config.json'), 'utf8')))
  const tensors = [...expectedTensors(config), ...headTensors(config, head === 'language' ? null : goldenClasses)]
  const linear = new Set(tensors.filter(({ kind }) => kind === 'linear').map(({ name }) => name))
  const prefix = `${head}/gradients/`
  return new Map(
    Object.entries(expectedArrays(model))
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array] as const)
      .map(([name, array]) => [name, linear.has(name) ? transposeArray(array).data : array.data]),
  )
}

function expectedArrays(model: GoldenModel): Readonly<Record<string, FloatArray>> {
  const { tensors } = decodeSafetensors(readFileSync(join(goldenFolder(model), 'expected.safetensors')))
  return tensors as Record<string, FloatArray>
}

/** Texts by their masks: what Fino pads with is its own affair. */
export function goldenBatch({ batches }: Golden, index: number): Batch & Pick<GoldenBatch, 'labels' | 'targets'> {
  const { input_ids: ids, attention_mask: mask, labels, targets } = batches[index % batches.length] as GoldenBatch
  const texts = ids.map((row, text) => row.filter((_, at) => mask[text]?.[at] === 1))
  return { ...batchOf(texts), labels, targets }
}

/** The golden model at the files' values: all of it trains. */
export async function goldenFull(model: GoldenModel, head: GoldenHead): Promise<TunedModel> {
  const { config, weights } = await loadModel(folderOnDisk(goldenFolder(model)))
  const reads = head === 'classification'
  return createTunedModel({
    config,
    weights,
    strategy: 'full',
    options: reads ? { reuseHead: true } : {},
    outputs: reads ? goldenClasses : null,
    random: createRandom(0),
  })
}
