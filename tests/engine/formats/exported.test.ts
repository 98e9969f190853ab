/** Opening what Fino exported succeeds in tests/conformance/save-load.test.ts; here are other tools' folders, and what goes wrong. */
import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { noteFile } from '../../../src/main/engine/formats/export-note'
import { encodeExport, openExport } from '../../../src/main/engine/formats/exported'
import type { FolderReader } from '../../../src/main/engine/formats/folder'
import { adapterFile } from '../../../src/main/engine/formats/peft-method'
import { encodeJson } from '../../../src/main/engine/formats/text'
import type { Architecture } from '../../../src/shared/model'
import { outputsOf, type Problem } from '../../../src/shared/problem'
import type { ExportFormat, ModelStrategyId } from '../../../src/shared/strategy'
import { startBackend } from '../../support/backend'
import { folderInMemory, folderOnDisk } from '../../support/folders'
import { baseOf, writtenAdapters } from '../../support/golden-adapters'
import { tinyBaseFolder, tinyConfig } from '../../support/tiny-models'
import { tinyOptions, tinyTunedModel } from '../../support/tuned-models'

/** Made once: what tests make themselves is no leak. */
const bases = new Map<Architecture, FolderReader>()
beforeAll(async () => {
  await startBackend('cpu')
  for (const architecture of ['bert', 'distilbert'] as const)
    bases.set(architecture, folderInMemory(await tinyBaseFolder(architecture)))
})

const classes: Problem = { kind: 'single-label', labels: ['a', 'b'] }

async function exported(
  strategy: ModelStrategyId,
  format: ExportFormat,
  { architecture = 'bert' as Architecture, problem = classes } = {},
): Promise<Record<string, Uint8Array>> {
  const model = tinyTunedModel(architecture, strategy, { outputs: outputsOf(problem) })
  const options = tinyOptions[strategy] ?? {}
  const base = { name: 'some/base', sha256: 'abc' }
  const facts = { config: tinyConfig(architecture), strategy, options, problem, format, maxLength: 20, base }
  try {
    return { ...(await encodeExport({ model, ...facts })) }
  } finally {
    model.dispose()
  }
}

function tinyBase(architecture: Architecture): FolderReader {
  return bases.get(architecture) ?? folderInMemory({})
}

describe('encodeExport', () => {
  it('refuses a format that the strategy does not have, naming those it has', async () => {
    await expect(exported('bottleneck-adapter', 'peft')).rejects.toThrow(/Choose adapterhub or fino/)
    await expect(exported('llama-adapter', 'peft')).rejects.toMatchObject({ code: 'strategy-unsupported' })
  })
})

describe('openExport', () => {
  let before = 0
  beforeEach(() => {
    before = tf.memory().numTensors
  })
  afterEach(() => expect(tf.memory().numTensors).toBe(before))

  it.each([
    ['lora', 'peft'],
    ['feature-based', 'features'],
    ['bottleneck-adapter', 'adapterhub'],
    ['llama-adapter', 'fino'],
  ] as const)('says which base model %s needs', async (strategy, format) => {
    const folder = folderInMemory(await exported(strategy, format))
    await expect(openExport(folder, null)).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('some/base'),
    })
  })

  it('takes a whole model without a note for what config.json says', async () => {
    const { [noteFile]: _, ...rest } = await exported('full', 'hugging-face')
    const { model, problem, maxLength } = await openExport(folderInMemory(rest), null)
    expect(problem).toEqual(classes)
    expect(maxLength).toBe(32)
    model.dispose()
  })

  it('says what a folder lacks that is no trained model', async () => {
    await expect(openExport(folderInMemory({}), null)).rejects.toThrow(/no fino.json/)
    const vague = folderInMemory({ [noteFile]: encodeJson({ version: 2, format: 'full', maxLength: 20 }) })
    await expect(openExport(vague, null)).rejects.toThrow(/damaged \(format, strategy, options, problem, base\)/)
  })

  it('reads what the first version wrote', async () => {
    const files = await exported('lora', 'peft')
    const base = { name: 'some/base', sha256: 'abc' }
    const note = { version: 1, format: 'peft', strategy: 'lora', labels: ['a', 'b'], maxLength: 20, base }
    const folder = folderInMemory({ ...files, [noteFile]: encodeJson(note) })
    const { model, problem } = await openExport(folder, tinyBase('bert'))
    expect(problem).toEqual(classes)
    model.dispose()
  })

  it('says which file is gone', async () => {
    const { [adapterFile]: _, ...rest } = await exported('lora', 'peft')
    await expect(openExport(folderInMemory(rest), tinyBase('bert'))).rejects.toThrow(/no adapter_model.safetensors/)
    const { 'trained.safetensors': __, ...other } = await exported('llama-adapter', 'fino')
    await expect(openExport(folderInMemory(other), tinyBase('bert'))).rejects.toThrow(/no trained.safetensors/)
  })

  it.each([
    ['lora', 'peft'],
    ['bottleneck-adapter', 'adapterhub'],
    ['bottleneck-adapter', 'fino'],
  ] as const)('refuses another base model for %s as %s', async (strategy, format) => {
    const opening = openExport(folderInMemory(await exported(strategy, format)), tinyBase('distilbert'))
    await expect(opening).rejects.toMatchObject({ code: expect.stringMatching(/model-|recipe-invalid/) })
  })

  it('refuses a note that disagrees with the weights', async () => {
    const files = await exported('full', 'hugging-face')
    const note = JSON.parse(new TextDecoder().decode(files[noteFile]))
    const wrong = encodeJson({ ...note, problem: { kind: 'single-label', labels: ['a', 'b', 'c'] } })
    await expect(openExport(folderInMemory({ ...files, [noteFile]: wrong }), null)).rejects.toThrow(/hold no head/)
  })
})

describe("openExport of others' adapters", () => {
  const written = (name: string) => {
    const one = writtenAdapters.find((adapter) => adapter.name === name)
    if (!one) throw new Error(`no golden adapter ${name}`)
    return { folder: folderOnDisk(one.folder), base: folderOnDisk(baseOf(one)) }
  }

  it('takes classes from the head, and a language model for one with the usual template', async () => {
    const flexible = written('adapterhub/bert-flexible-seq_bn')
    const opened = await openExport(flexible.folder, flexible.base)
    expect(opened.problem).toEqual({ kind: 'single-label', labels: ['bill', 'fault', 'praise'] })
    opened.model.dispose()
    const language = written('adaption-prompt/gpt2-language')
    const writer = await openExport(language.folder, language.base)
    expect(writer.problem.kind).toBe('instruction')
    writer.model.dispose()
  })

  it('takes the problem that is asked for where it fits, and refuses one that does not', async () => {
    const { folder, base } = written('adapterhub/gpt2-class-seq_bn')
    const problem: Problem = { kind: 'multi-label', labels: ['x', 'y', 'z'], separator: '|' }
    const { model, problem: taken } = await openExport(folder, base, problem)
    expect(taken).toEqual(problem)
    model.dispose()
    await expect(openExport(folder, base, classes)).rejects.toThrow(/has 3 outputs, and the problem needs 2/)
    const instruction: Problem = { kind: 'instruction', template: '{prompt}' }
    await expect(openExport(folder, base, instruction)).rejects.toThrow(/needs a language-model head/)
  })
})
