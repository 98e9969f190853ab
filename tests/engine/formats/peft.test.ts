import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adapterConfigFile, adapterFile, fromPeft, toPeft } from '../../../src/main/engine/formats/peft'
import { decodeSafetensors } from '../../../src/main/engine/formats/safetensors'
import { goldenFolder } from '../../support/golden'
import { tinyArchitectures, tinyConfig } from '../../support/tiny-models'

const read = (architecture: (typeof tinyArchitectures)[number]) => {
  const folder = join(goldenFolder(architecture), 'adapter')
  const config = JSON.parse(readFileSync(join(folder, adapterConfigFile), 'utf8')) as Record<string, unknown>
  return { config, bytes: readFileSync(join(folder, adapterFile)) }
}
const parsed = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes))

describe.each(tinyArchitectures)('a PEFT adapter on %s', (architecture) => {
  it('written by peft is written by Fino with the same keys and tensors', () => {
    const { config, bytes } = read(architecture)
    const adapter = fromPeft(config, bytes)
    expect(adapter.settings).toMatchObject({ rank: 4, alpha: 6, dropout: 0 })
    const files = toPeft(adapter, tinyConfig(architecture), 'some/model')
    expect(decodeSafetensors(files[adapterFile] as Uint8Array).tensors).toEqual(decodeSafetensors(bytes).tensors)
    const written = parsed(files[adapterConfigFile])
    const same = [
      'peft_type',
      'task_type',
      'r',
      'lora_alpha',
      'lora_dropout',
      'target_modules',
      'bias',
      'use_rslora',
      'use_dora',
    ]
    for (const key of same) expect(written[key], key).toEqual(config[key])
    expect(new Set(written.modules_to_save)).toEqual(
      new Set([...(config.modules_to_save as string[]), ...(architecture === 'distilbert' ? ['pre_classifier'] : [])]),
    )
    expect(written.base_model_name_or_path).toBe('some/model')
    expect(Object.keys(written).every((key) => key in config)).toBe(true)
  })

  it('comes back from its own files', () => {
    const { config, bytes } = read(architecture)
    const adapter = fromPeft(config, bytes)
    const files = toPeft(adapter, tinyConfig(architecture), 'x')
    expect(fromPeft(parsed(files[adapterConfigFile]), files[adapterFile] as Uint8Array)).toEqual(adapter)
  })
})

describe('fromPeft', () => {
  const { config, bytes } = read('bert')
  it.each([
    [{ peft_type: 'IA3' }, 'model-unsupported', /IA3/],
    [{ use_dora: true }, 'model-unsupported', /use_dora/],
    [{ rank_pattern: { query: 2 } }, 'model-unsupported', /rank_pattern/],
    [{ r: null }, 'model-malformed', /lacks r/],
  ])('refuses %o', (change, code, message) => {
    let thrown: unknown
    try {
      fromPeft({ ...config, ...change }, bytes)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) })
  })
})
