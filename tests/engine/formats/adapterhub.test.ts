/** What the library wrote is opened in tests/golden/adapters.test.ts; here are the files that Fino writes, and what it refuses. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fromAdapterHub, toAdapterHub } from '../../../src/main/engine/formats/adapterhub'
import { describeBottleneck, readBottleneck } from '../../../src/main/engine/formats/adapterhub-config'
import { decodeSafetensors } from '../../../src/main/engine/formats/safetensors'
import { encodeJson } from '../../../src/main/engine/formats/text'
import { parseConfig } from '../../../src/main/engine/models/config'
import { variants } from '../../../src/main/engine/strategies/bottleneck-adapter'
import type { Problem } from '../../../src/shared/problem'
import { folderInMemory, folderOnDisk } from '../../support/folders'
import { baseOf, writtenAdapters } from '../../support/golden-adapters'

const theirs = writtenAdapters.filter(({ name }) => /^adapterhub\/.*-(class|language)-/.test(name))
const problem: Problem = { kind: 'single-label', labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'] }
const json = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>

describe.each(theirs)('$name', (one) => {
  const config = parseConfig(JSON.parse(readFileSync(join(baseOf(one), 'config.json'), 'utf8')))

  it('is written as the library wrote it', async () => {
    const { options, values } = await fromAdapterHub(folderOnDisk(one.folder), config)
    const { variant, reductionFactor } = options as { variant: (typeof variants)[number]; reductionFactor: number }
    const asked: Problem = one.outputs === null ? { kind: 'instruction', template: '{prompt}' } : problem
    const files = toAdapterHub(
      { variant, reductionFactor, problem: asked, parameters: values },
      config,
      config.architecture,
    )
    const compare = (name: string) => {
      const own = decodeSafetensors(files[name] ?? new Uint8Array()).tensors
      const other = decodeSafetensors(readFileSync(join(one.folder, name))).tensors
      const renamed = Object.entries(other).map(([key, array]) => [key.replace('.task.', '.fino.'), array])
      expect(own).toEqual(Object.fromEntries(renamed))
    }
    compare('adapter.safetensors')
    if (one.outputs !== null) compare('model_head.safetensors')
    for (const name of ['adapter_config.json', 'head_config.json'].filter((file) => files[file])) {
      const other = JSON.parse(readFileSync(join(one.folder, name), 'utf8'))
      const { config: described, name: called, ...rest } = json(files[name])
      expect(other).toMatchObject(rest)
      expect(called).toBe(name === 'adapter_config.json' ? 'fino' : null)
      if (described !== null) expect(other.config).toMatchObject(described as object)
    }
    // The library tells a fixed scaling from a learned one by its being a float.
    expect(new TextDecoder().decode(files['adapter_config.json'])).toMatch(/"scaling": [14]\.0/)
    const again = await fromAdapterHub(folderInMemory(files), config)
    expect(again.options).toEqual(options)
    expect(again.values).toEqual(values)
    expect(again.outputs).toBe(one.outputs)
  })
})

describe('readBottleneck', () => {
  it.each(variants)('reads what it wrote of %s', (variant) => {
    const read = readBottleneck(JSON.parse(JSON.stringify(describeBottleneck(variant, 8))))
    expect(read).toEqual({ variant, reductionFactor: 8 })
  })

  it.each([
    ['seq_bn', 'pfeiffer', 16],
    ['pfeiffer', 'pfeiffer', 16],
    ['houlsby', 'houlsby', 16],
    ['double_seq_bn[reduction_factor=64]', 'houlsby', 64],
    ['par_bn', 'parallel', 2],
  ])('knows %s by name', (name, variant, reductionFactor) => {
    expect(readBottleneck(name)).toEqual({ variant, reductionFactor })
  })

  it.each([
    [{ scaling: 'learned' }, /scaling is "learned", not 1/],
    [{ non_linearity: 'gelu' }, /non_linearity is "gelu", not "relu"/],
    [{ leave_out: [0] }, /leave_out is \[0\], not \[\]/],
    [{ architecture: 'lora' }, /architecture is "lora"/],
    [{ reduction_factor: { default: 16 } }, /not one whole number/],
    [{ ln_after: true, inv_adapter: 'nice' }, /ln_after is true, not false; inv_adapter is "nice"/],
  ])('refuses %o', (change, message) => {
    expect(() => readBottleneck({ ...describeBottleneck('pfeiffer', 16), ...change })).toThrow(message)
  })

  it('refuses names that stand for something else', () => {
    expect(() => readBottleneck('compacter')).toThrow(/called "compacter"/)
  })
})

describe('fromAdapterHub', () => {
  const bert = theirs.find(({ name }) => name.endsWith('bert-class-seq_bn')) ?? theirs[0]
  const config = parseConfig(JSON.parse(readFileSync(join(bert ? baseOf(bert) : '', 'config.json'), 'utf8')))
  const files = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(bert?.folder ?? '', name)))]))
  const all = ['adapter_config.json', 'adapter.safetensors', 'head_config.json', 'model_head.safetensors']

  it('knows no outputs where the adapter came without a head', async () => {
    const { outputs, values } = await fromAdapterHub(folderInMemory(files(all.slice(0, 2))), config)
    expect(outputs).toBeUndefined()
    expect(Object.keys(values).every((name) => name.includes('.adapters.adapter_'))).toBe(true)
  })

  it('refuses a pickle, another architecture, and a head that computes something else', async () => {
    const pickle = { ...files(all.slice(0, 1)), 'pytorch_adapter.bin': new Uint8Array(4) }
    await expect(fromAdapterHub(folderInMemory(pickle), config)).rejects.toMatchObject({ code: 'model-pickle' })
    const other = { ...config, architecture: 'roberta' } as typeof config
    await expect(fromAdapterHub(folderInMemory(files(all)), other)).rejects.toThrow(
      /for bert models, this base model is roberta/,
    )
    const head = { head_type: 'classification', layers: 3, activation_function: 'tanh', use_pooler: false }
    const flexible = {
      ...files(all),
      'head_config.json': encodeJson({ config: head, model_class: 'BertAdapterModel' }),
    }
    await expect(fromAdapterHub(folderInMemory(flexible), config)).rejects.toThrow(/classification, 3 layers, tanh/)
  })
})
