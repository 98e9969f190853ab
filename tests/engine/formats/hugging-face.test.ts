import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { downloadArrays, type FloatArray, transposeArray } from '../../../src/main/engine/formats/arrays'
import { inspectModel, loadModel, toHuggingFace, weightsFile } from '../../../src/main/engine/formats/hugging-face'
import { decodeSafetensors, encodeSafetensors } from '../../../src/main/engine/formats/safetensors'
import { encodeJson } from '../../../src/main/engine/formats/text'
import { basePrefix } from '../../../src/main/engine/models/weights'
import { outputsOf, type Problem } from '../../../src/shared/problem'
import { startBackend } from '../../support/backend'
import { folderInMemory, folderOnDisk } from '../../support/folders'
import { goldenCases, goldenFolder } from '../../support/golden'
import { tinyArchitectures, tinyBaseFolder, tinyConfig, tinyWeights } from '../../support/tiny-models'
import { tinyProblems } from '../../support/training'

beforeAll(() => startBackend('cpu'))

type Stored = Record<string, FloatArray>

const storedIn = (files: Record<string, Uint8Array>): Stored =>
  decodeSafetensors(files[weightsFile] ?? new Uint8Array()).tensors as Stored

const configIn = (files: Record<string, Uint8Array>): Record<string, unknown> & { architectures?: string[] } =>
  JSON.parse(new TextDecoder().decode(files['config.json']))

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

  it('may lack the prefix of its names', async () => {
    const files = await tinyBaseFolder(architecture)
    const prefix = `${basePrefix(tinyConfig(architecture))}.`
    const bare = Object.entries(storedIn(files)).map(([name, tensor]) => [name.replace(prefix, ''), tensor])
    const stored = { ...files, [weightsFile]: encodeSafetensors(Object.fromEntries(bare)) }
    const { weights } = await loadModel(folderInMemory(stored))
    expect(await downloadArrays(weights)).toEqual(await downloadArrays(tinyWeights(tinyConfig(architecture))))
  })
})

describe.each(goldenCases)('a folder of $model for $head', ({ model, head }) => {
  it('written by transformers is written by Fino with the same tensors', async () => {
    const { config, weights } = await loadModel(folderOnDisk(goldenFolder(model)))
    const problem: Problem =
      head === 'language'
        ? tinyProblems.instruction
        : { kind: 'single-label', labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'] }
    const files = toHuggingFace(config, await downloadArrays(weights), problem)
    const theirs = decodeSafetensors(readFileSync(join(goldenFolder(model), weightsFile))).tensors
    const other = head === 'language' ? 'score.weight' : 'lm_head.weight'
    const wanted = Object.entries(theirs).filter(([name]) => name !== other)
    expect(storedIn(files)).toEqual(Object.fromEntries(wanted))
    const written = configIn(files)
    expect(written.architectures?.[0]).toMatch(
      head === 'language' ? /(ForCausalLM|LMHeadModel)$/ : /ForSequenceClassification$/,
    )
    expect(written.problem_type).toBe(head === 'language' ? undefined : 'single_label_classification')
  })
})

describe('config.json written by Fino', () => {
  const written = async (problem: Problem, paddingId?: number) => {
    const config = tinyConfig('llama')
    const weights = { ...tinyWeights(config), 'score.weight': tf.zeros([16, outputsOf(problem) ?? 1]) }
    return configIn(toHuggingFace(config, await downloadArrays(weights), problem, paddingId))
  }

  it.each([
    [tinyProblems['single-label'], 'single_label_classification', { 0: 'no', 1: 'yes' }],
    [tinyProblems['multi-label'], 'multi_label_classification', { 0: 'no', 1: 'yes', 2: 'long' }],
    [tinyProblems.regression, 'regression', { 0: 'LABEL_0' }],
  ])('says what the head answers: %o', async (problem, type, names) => {
    const { problem_type: kind, id2label, num_labels: count } = await written(problem)
    expect([kind, id2label, count]).toEqual([type, names, Object.keys(names).length])
  })

  it('names the tokenizer’s padding where the model knows none', async () => {
    expect((await written(tinyProblems.regression, 7)).pad_token_id).toBe(7)
    expect((await written(tinyProblems.regression)).pad_token_id).toBeNull()
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

  it('may bring masks, rotary frequencies and a head that is the embedding table', async () => {
    const some = { shape: [1, 1, 2, 2], data: new Float32Array(4) }
    for (const architecture of ['gpt2', 'llama'] as const) {
      const files = await tinyBaseFolder(architecture)
      const extra =
        architecture === 'gpt2'
          ? { 'transformer.h.0.attn.bias': some, 'transformer.h.0.attn.masked_bias': some, 'lm_head.weight': some }
          : { 'model.layers.0.self_attn.rotary_emb.inv_freq': some }
      const stored = { ...files, [weightsFile]: encodeSafetensors({ ...storedIn(files), ...extra }) }
      const { weights } = await loadModel(folderInMemory(stored))
      expect(await downloadArrays(weights)).toEqual(await downloadArrays(tinyWeights(tinyConfig(architecture))))
    }
  })

  it('may lack a language-model head of its own, as classifiers do', async () => {
    const files = await tinyBaseFolder('llama')
    const { 'lm_head.weight': _, ...headless } = storedIn(files)
    const { weights } = await loadModel(folderInMemory({ ...files, [weightsFile]: encodeSafetensors(headless) }))
    expect(Object.keys(weights)).not.toContain('lm_head.weight')
    expect((await inspectModel(folderInMemory(files))).parameters).toBe(
      (await inspectModel(folderInMemory({ ...files, [weightsFile]: encodeSafetensors(headless) }))).parameters + 960,
    )
  })

  it.each(['bert', 'gpt2', 'llama'] as const)('of %s may be stored as bfloat16', async (architecture) => {
    const files = await tinyBaseFolder(architecture)
    const { weights } = await loadModel(folderInMemory({ ...files, [weightsFile]: asBrainFloats(storedIn(files)) }))
    const exact = await downloadArrays(tinyWeights(tinyConfig(architecture)))
    for (const [name, { shape, data }] of Object.entries(await downloadArrays(weights))) {
      expect(shape).toEqual(exact[name]?.shape)
      const bits = new Uint32Array((exact[name]?.data ?? data).slice().buffer).map((one) => one & 0xffff0000)
      expect([...data]).toEqual([...new Float32Array(bits.buffer)])
    }
  })

  it.each(['bert', 'gpt2', 'llama'] as const)('of %s may be stored in half precision', async (architecture) => {
    const files = await tinyBaseFolder(architecture)
    const halves = { ...files, [weightsFile]: encodeSafetensors(storedIn(files), {}, { type: 'F16' }) }
    const { weights } = await loadModel(folderInMemory(halves))
    const exact = await downloadArrays(tinyWeights(tinyConfig(architecture)))
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

/** The same file with the upper half of each value: a cut where rounding would be usual. */
function asBrainFloats(tensors: Stored): Uint8Array {
  const header: Record<string, unknown> = {}
  const parts: Uint8Array[] = []
  let offset = 0
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const halves = Uint16Array.from(new Uint32Array(data.slice().buffer), (bits) => bits >>> 16)
    header[name] = { dtype: 'BF16', shape, data_offsets: [offset, offset + halves.byteLength] }
    offset += halves.byteLength
    parts.push(new Uint8Array(halves.buffer))
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const length = new Uint8Array(new BigUint64Array([BigInt(text.byteLength)]).buffer)
  return new Uint8Array(Buffer.concat([length, text, ...parts]))
}

describe('transposeArray', () => {
  it('turns rows to columns across its blocks, and back', () => {
    const data = Float32Array.from({ length: 35 * 67 }, (_, at) => at)
    const turned = transposeArray({ shape: [35, 67], data })
    expect(turned.shape).toEqual([67, 35])
    expect(turned.data[66 * 35 + 34]).toBe(34 * 67 + 66)
    expect(transposeArray(turned).data).toEqual(data)
  })
})
