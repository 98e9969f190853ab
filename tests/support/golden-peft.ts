/** The adapters of tests/golden/peft, which peft itself wrote and reckoned with. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assignArrays, type FloatArray, transposeArray } from '../../src/main/engine/formats/arrays'
import { loadModel } from '../../src/main/engine/formats/hugging-face'
import { type PeftReading, readPeft } from '../../src/main/engine/formats/peft'
import { adapterConfigFile, adapterFile } from '../../src/main/engine/formats/peft-method'
import { decodeSafetensors } from '../../src/main/engine/formats/safetensors'
import type { ModelConfig } from '../../src/main/engine/models/config'
import { createTunedModel } from '../../src/main/engine/models/create-tuned-model'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { createRandom } from '../../src/main/engine/random'
import { folderOnDisk } from './folders'
import type { Expected } from './pinned'

const golden = join(import.meta.dirname, '..', 'golden')

export interface GoldenAdapter {
  readonly name: string
  readonly expected: Expected
  /** As files hold them: adapter_config.json parsed, and the adapter. */
  readonly described: Readonly<Record<string, unknown>>
  readonly adapter: Uint8Array
  /** "logits", "gradients/..." and, where the file has less than trained, "start/...". */
  readonly tensors: Readonly<Record<string, FloatArray>>
  readonly outputs: number | null
}

export const goldenAdapters: readonly GoldenAdapter[] = readdirSync(join(golden, 'peft'))
  .sort()
  .map((name) => {
    const read = (file: string) => readFileSync(join(golden, 'peft', name, file))
    const expected = JSON.parse(read('expected.json').toString()) as Expected
    return {
      name,
      expected,
      described: JSON.parse(read(adapterConfigFile).toString()) as Record<string, unknown>,
      adapter: read(adapterFile),
      tensors: decodeSafetensors(read('expected.safetensors')).tensors as Record<string, FloatArray>,
      outputs: expected.task === 'SEQ_CLS' ? 3 : null,
    }
  })

export interface OpenedAdapter {
  readonly model: TunedModel
  readonly config: ModelConfig
  readonly reading: PeftReading
}

/** The base model with the adapter read from peft's files. */
export async function openGoldenAdapter(one: GoldenAdapter): Promise<OpenedAdapter> {
  const { described, adapter, outputs, tensors } = one
  const { config, weights } = await loadModel(folderOnDisk(join(golden, one.expected.architecture)))
  const read = readPeft(described, adapter, config, outputs)
  const reading = one.expected.method === 'projected' ? withNetwork(read, tensors, config) : read
  const { strategy, options, values } = reading
  const model = createTunedModel({ config, weights, strategy, options, outputs, random: createRandom(0) })
  assignArrays(model.parameters, values)
  return { model, config, reading }
}

/** peft keeps only what the network gives; what it was lies beside the adapter. */
function withNetwork(
  { strategy, options, values }: PeftReading,
  tensors: GoldenAdapter['tensors'],
  config: ModelConfig,
): PeftReading {
  const { prompt_embeddings: _, ...head } = values
  const network = Object.entries(tensors)
    .filter(([name]) => /^start\/(embedding|transform)/.test(name))
    .flatMap(([name, array]) => toEngine(name.slice('start/'.length), array, config))
  const hiddenWidth = tensors['start/transform.0.bias']?.data.length ?? 0
  return {
    strategy,
    options: { ...options, reparameterized: true, hiddenWidth },
    values: { ...head, ...Object.fromEntries(network) },
  }
}

/** Gradients by the names of our parameters, in their layout. */
export function goldenGradients({ tensors, expected }: GoldenAdapter, config: ModelConfig): Map<string, FloatArray> {
  const projected = expected.method === 'projected'
  return new Map(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith('gradients/'))
      .map(([name, array]) => [name.slice('gradients/'.length), array] as const)
      .flatMap(([name, array]) =>
        name === 'embedding.weight' && !projected
          ? [['prompt_embeddings', array] as const]
          : toEngine(name, array, config),
      ),
  )
}

/** peft's names and layout to the engine's: linear weights turned, a prefix network's last map cut by layer. */
function toEngine(name: string, array: FloatArray, { layers }: ModelConfig): (readonly [string, FloatArray])[] {
  if (name === 'embedding.weight') return [['prefix_encoder.embedding.weight', array]]
  if (name.endsWith('.ia3_l')) return [[name, { shape: [1, array.data.length], data: array.data }]]
  const turned = array.shape.length === 2 ? transposeArray(array) : array
  if (name.startsWith('transform.0')) return [[`prefix_encoder.${name}`, turned]]
  if (!name.startsWith('transform.2')) return [[name, turned]]
  return Array.from({ length: layers }, (_, layer) => {
    const size = array.data.length / layers // the file has a layer's rows together
    const part = array.data.slice(layer * size, (layer + 1) * size)
    const [rows = 0, columns] = array.shape
    const shape = columns === undefined ? [rows / layers] : [rows / layers, columns]
    const cut = { shape, data: part }
    const own = name.replace('transform.2', `prefix_encoder.transform.2.${layer}`)
    return [own, columns === undefined ? cut : transposeArray(cut)] as const
  })
}
