import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { downloadArrays, type FloatArray, transposeArray } from '../../../src/main/engine/formats/arrays'
import {
  inspectModel,
  labelsOf,
  loadModel,
  toHuggingFace,
  weightsFile,
} from '../../../src/main/engine/formats/hugging-face'
import { decodeSafetensors, encodeSafetensors } from '../../../src/main/engine/formats/safetensors'
import { encodeJson } from '../../../src/main/engine/formats/text'
import { startBackend } from '../../support/backend'
import { folderInMemory, folderOnDisk } from '../../support/folders'
import { goldenFolder } from '../../support/golden'
import { tinyArchitectures, tinyBaseFolder, tinyConfig, tinyWeights } from '../../support/tiny-models'

beforeAll(() => startBackend('cpu'))

type Stored = Record<string, FloatArray>

const storedIn = (files: Record<string, Uint8Array>): Stored =>
  decodeSafetensors(files[weightsFile] ?? new Uint8Array()).tensors as Stored

async function withTensors(change: (tensors: Stored) => Stored): Promise<Record<string, Uint8Array>> {
  const files = await tinyBaseFolder('bert')
  return { ...files, [weightsFile]: encodeSafetensors(change(storedIn(files))) }
}

describe.each(tinyArchitectures)('a Hugging Face folder of %s', (architecture) => {
  it('loads with linear weights turned to [in, out]', async () => {
    const { config, weights } = await loadModel(folderInMemory(await tinyBaseFolder(architecture)))
    expect(config).toEqual(tinyConfig(architecture))
    expect(await downloadArrays(weights)).toEqual(await downloadArrays(tinyWeights(config)))
  })

  it('is inspected without reading values', async () => {
    const folder = folderInMemory(await tinyBaseFolder(architecture))
    let read = 0
    const counting = {
      ...folder,
      async read(name: string, begin?: number, end?: number) {
        const bytes = await folder.read(name, begin, end)
        read += bytes.byteLength
        return bytes
      },
    }
    const { parameters, weightFiles } = await inspectModel(counting)
    const arrays = await downloadArrays(tinyWeights(tinyConfig(architecture)))
    expect(parameters).toBe(Object.values(arrays).reduce((sum, { data }) => sum + data.length, 0))
    expect(weightFiles.map(({ name }) => name)).toEqual([weightsFile])
    expect(read).toBeLessThan(weightFiles[0]?.byteLength ?? 0)
  })

  it('written by transformers is written by Fino with the same tensors', async () => {
    const { config, weights } = await loadModel(folderOnDisk(goldenFolder(architecture)))
    const labels = labelsOf(config) ?? []
    const files = toHuggingFace(config, await downloadArrays(weights), labels)
    const theirs = decodeSafetensors(readFileSync(join(goldenFolder(architecture), weightsFile)))
    expect(storedIn(files)).toEqual(theirs.tensors)
    expect(JSON.parse(new TextDecoder().decode(files['config.json']))).toMatchObject({
      num_labels: 3,
      id2label: { 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2' },
      label2id: { LABEL_0: 0, LABEL_1: 1, LABEL_2: 2 },
      problem_type: 'single_label_classification',
    })
  })
})

describe('other Hugging Face folders', () => {
  it('may be sharded', async () => {
    const files = await tinyBaseFolder('bert')
    const tensors = Object.entries(storedIn(files))
    const parts = [tensors.slice(0, 7), tensors.slice(7)]
    const shards = parts.map((part) => encodeSafetensors(Object.fromEntries(part)))
    const map = parts.flatMap((part, shard) => part.map(([name]) => [name, `part-${shard}.safetensors`]))
    const index = encodeJson({ metadata: {}, weight_map: Object.fromEntries(map) })
    const sharded = {
      'config.json': files['config.json'] as Uint8Array,
      'model.safetensors.index.json': index,
      'part-0.safetensors': shards[0] as Uint8Array,
    }
    await expect(loadModel(folderInMemory(sharded))).rejects.toThrow(/not in the folder: part-1.safetensors/)
    const whole = { ...sharded, 'part-1.safetensors': shards[1] as Uint8Array }
    const { weights } = await loadModel(folderInMemory(whole))
    expect(await downloadArrays(weights)).toEqual(await downloadArrays(tinyWeights(tinyConfig('bert'))))
  })

  it('may be old: gamma and beta, no prefix, a language-model head, position ids', async () => {
    const old = await withTensors((tensors) => ({
      ...Object.fromEntries(
        Object.entries(tensors).map(([name, tensor]) => [
          name
            .replace('bert.', '')
            .replace('LayerNorm.weight', 'LayerNorm.gamma')
            .replace('LayerNorm.bias', 'LayerNorm.beta'),
          tensor,
        ]),
      ),
      'cls.predictions.bias': { shape: [60], data: new Float32Array(60) },
      'embeddings.position_ids': { shape: [1, 32], data: new Float32Array(32) },
    }))
    const { weights } = await loadModel(folderInMemory(old))
    expect(await downloadArrays(weights)).toEqual(await downloadArrays(tinyWeights(tinyConfig('bert'))))
  })

  it('may be stored in half precision', async () => {
    const files = await tinyBaseFolder('bert')
    const halves = { ...files, [weightsFile]: encodeSafetensors(storedIn(files), {}, { type: 'F16' }) }
    const { weights } = await loadModel(folderInMemory(halves))
    const exact = await downloadArrays(tinyWeights(tinyConfig('bert')))
    const largest = Object.entries(await downloadArrays(weights)).flatMap(([name, { data }]) =>
      [...data].map((value, at) => Math.abs(value - (exact[name]?.data[at] ?? Number.NaN))),
    )
    expect(Math.max(...largest)).toBeLessThan(1e-3)
    expect(Math.max(...largest)).toBeGreaterThan(0)
  })

  it.each([
    ['model-malformed', /no config.json/, { [weightsFile]: new Uint8Array(9) }],
    ['model-malformed', /no model.safetensors/, { 'config.json': encodeJson({}) }],
    ['model-pickle', /pytorch_model.bin.*save_pretrained/, { 'pytorch_model.bin': new Uint8Array(9) }],
    ['model-malformed', /config.json is not a JSON object/, { 'config.json': new TextEncoder().encode('{"a": ') }],
    ['model-malformed', /config.json is not a JSON object/, { 'config.json': Uint8Array.of(0xff, 0xfe, 0) }],
  ])('are refused: %s %s', async (code, message, files) => {
    const config = (await tinyBaseFolder('bert'))['config.json'] as Uint8Array
    const whole =
      code === 'model-pickle' || String(message).includes('no model') ? { ...files, 'config.json': config } : files
    await expect(loadModel(folderInMemory(whole as Record<string, Uint8Array>))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
  })

  it('are refused when the weights do not fit the config', async () => {
    const wrong = await withTensors((tensors) => ({
      ...tensors,
      'bert.pooler.dense.weight': { shape: [2, 128], data: new Float32Array(256) },
    }))
    await expect(loadModel(folderInMemory(wrong))).rejects.toThrow(/pooler.dense.weight is 2 x 128, not 16 x 16/)
  })
})

describe('transposeArray', () => {
  it('turns rows to columns across its blocks, and back', () => {
    const data = Float32Array.from({ length: 35 * 67 }, (_, at) => at)
    const turned = transposeArray({ shape: [35, 67], data })
    expect(turned.shape).toEqual([67, 35])
    expect(turned.data[66 * 35 + 34]).toBe(34 * 67 + 66)
    expect(transposeArray(turned).data).toEqual(data)
  })
})
