import { beforeAll, describe, expect, it } from 'vitest'
import { encodeExport, noteFile, openExport } from '../../../src/main/engine/formats/exported'
import { adapterFile } from '../../../src/main/engine/formats/peft'
import { encodeJson } from '../../../src/main/engine/formats/text'
import type { StrategyId } from '../../../src/shared/strategy'
import { startBackend } from '../../support/backend'
import { folderInMemory } from '../../support/folders'
import { tinyBaseFolder, tinyConfig } from '../../support/tiny-models'
import { tinyTunedModel } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))

async function exported(strategy: StrategyId): Promise<Record<string, Uint8Array>> {
  const model = tinyTunedModel('bert', strategy)
  const base = { name: 'some/base', sha256: 'abc' }
  const facts = { config: tinyConfig('bert'), strategy, options: {}, labels: ['a', 'b'], maxLength: 20, base }
  return { ...(await encodeExport({ model, ...facts })) }
}

/** Opening succeeds in tests/conformance/save-load.test.ts; here is what goes wrong. */
describe('openExport', () => {
  it.each(['lora', 'feature-based'] as const)('says which base model %s needs', async (strategy) => {
    const folder = folderInMemory(await exported(strategy))
    await expect(openExport(folder, null)).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('some/base'),
    })
  })

  it('needs its note', async () => {
    const files = await exported('full')
    const { [noteFile]: _, ...rest } = files
    await expect(openExport(folderInMemory(rest), null)).rejects.toThrow(/no fino.json/)
    const vague = { ...files, [noteFile]: encodeJson({ format: 'full' }) }
    await expect(openExport(folderInMemory(vague), null)).rejects.toThrow(/does not say format/)
  })

  it('says which file is gone', async () => {
    const { [adapterFile]: _, ...rest } = await exported('lora')
    const base = folderInMemory(await tinyBaseFolder('bert'))
    await expect(openExport(folderInMemory(rest), base)).rejects.toThrow(/no adapter_model.safetensors/)
  })

  it('refuses another base model, naming what does not fit', async () => {
    const other = folderInMemory(await tinyBaseFolder('distilbert'))
    const opening = openExport(folderInMemory(await exported('lora')), other)
    await expect(opening).rejects.toMatchObject({ code: expect.stringMatching(/model-malformed|recipe-invalid/) })
  })

  it('refuses a note that disagrees with the weights', async () => {
    const files = await exported('full')
    const note = { format: 'hugging-face', labels: ['a', 'b', 'c'], maxLength: 20 }
    const opening = openExport(folderInMemory({ ...files, [noteFile]: encodeJson(note) }), null)
    await expect(opening).rejects.toThrow(/disagree on the number of classes/)
  })
})
