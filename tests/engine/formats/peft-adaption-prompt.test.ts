/** What PEFT wrote is opened in tests/golden/adapters.test.ts; here are the files that Fino writes, and what it refuses. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fromAdaptionPrompt, fromHead, toAdaptionPrompt } from '../../../src/main/engine/formats/peft-adaption-prompt'
import { decodeSafetensors } from '../../../src/main/engine/formats/safetensors'
import { parseConfig } from '../../../src/main/engine/models/config'
import { baseOf, writtenAdapters } from '../../support/golden-adapters'

const theirs = writtenAdapters.filter(
  ({ name, expected }) => name.startsWith('adaption-prompt') && expected.method === 'peft',
)

describe.each(theirs)('$name', (one) => {
  const config = parseConfig(JSON.parse(readFileSync(join(baseOf(one), 'config.json'), 'utf8')))
  const described = JSON.parse(readFileSync(join(one.folder, 'adapter_config.json'), 'utf8'))
  const adapter = readFileSync(join(one.folder, 'adapter_model.safetensors'))

  it('is written as PEFT wrote it, the head beside it', () => {
    const { options, values } = fromAdaptionPrompt(described, adapter, config)
    const head = { shape: [config.width, 3], data: Float32Array.from({ length: 3 * config.width }, (_, at) => at) }
    const parameters = one.outputs === null ? values : { ...values, 'score.weight': head }
    const files = toAdaptionPrompt({ config, outputs: one.outputs, parameters, baseModel: config.architecture })
    const written = files['adapter_model.safetensors'] ?? new Uint8Array()
    expect(decodeSafetensors(written).tensors).toEqual(decodeSafetensors(adapter).tensors)
    expect(described).toMatchObject(JSON.parse(new TextDecoder().decode(files['adapter_config.json'])))
    expect(fromAdaptionPrompt(described, written, config)).toEqual({ options, values })
    const beside = files['head.safetensors']
    expect(beside !== undefined).toBe(one.outputs !== null)
    if (beside) {
      expect(decodeSafetensors(beside).tensors['score.weight']?.shape).toEqual([3, config.width])
      expect(fromHead(beside)).toEqual({ 'score.weight': head })
    }
  })

  it('is refused where it changes other modules, or its description is not whole', () => {
    expect(() => fromAdaptionPrompt({ ...described, target_modules: 'mlp' }, adapter, config)).toThrow(/changes "mlp"/)
    expect(() => fromAdaptionPrompt({ ...described, adapter_len: null }, adapter, config)).toThrow(/lacks adapter_len/)
  })
})
