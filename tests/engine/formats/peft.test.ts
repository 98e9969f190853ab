/** What peft's folders say and what Fino makes of them; the numbers are in tests/golden/peft.test.ts. */
import { describe, expect, it } from 'vitest'
import { type PeftSource, readPeft, writePeft } from '../../../src/main/engine/formats/peft'
import { adapterConfigFile, adapterFile } from '../../../src/main/engine/formats/peft-method'
import { decodeSafetensors, encodeSafetensors } from '../../../src/main/engine/formats/safetensors'
import { type GoldenAdapter, goldenAdapters } from '../../support/golden-peft'
import { tinyConfig } from '../../support/tiny-models'

const golden = (name: string): GoldenAdapter => {
  const found = goldenAdapters.find((one) => one.name === name)
  if (!found) throw new Error(`no golden adapter ${name}`)
  return found
}
const read = (one: GoldenAdapter, change: Record<string, unknown> = {}, adapter = one.adapter) =>
  readPeft({ ...one.described, ...change }, adapter, tinyConfig(one.expected.architecture as 'bert'), one.outputs)
const failure = (run: () => unknown) => {
  try {
    run()
  } catch (thrown) {
    return thrown
  }
  return undefined
}
/** The adapter with other names, or without some of its tensors. */
const renamed = ({ adapter }: GoldenAdapter, rename: (name: string) => string | null): Uint8Array => {
  const entries = Object.entries(decodeSafetensors(adapter).tensors).flatMap(([name, tensor]) => {
    const other = rename(name)
    return other === null ? [] : [[other, tensor as { shape: number[]; data: Float32Array }] as const]
  })
  return encodeSafetensors(Object.fromEntries(entries))
}
const filled = (shape: number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => at / 10),
})
const write = (source: Omit<PeftSource, 'baseModel'>) => {
  const files = writePeft({ ...source, baseModel: 'some/model' })
  return {
    described: JSON.parse(new TextDecoder().decode(files[adapterConfigFile])) as Record<string, unknown>,
    tensors: decodeSafetensors(files[adapterFile] as Uint8Array).tensors,
    adapter: files[adapterFile] as Uint8Array,
  }
}

describe('options told by what peft wrote', () => {
  it.each([
    [
      'bert-class-lora',
      { rank: 4, alpha: 6, dropout: 0, rankStabilized: false, decomposed: false, upperLayers: 0, trainPooler: true },
    ],
    ['bert-class-rslora', { rankStabilized: true, upperLayers: 1, trainPooler: false }],
    ['llama-language-dora', { decomposed: true, upperLayers: 0, targets: ['down_proj', 'v_proj'] }],
    ['gpt2-class-lora', { targets: ['c_attn', 'attn.c_proj', 'c_fc', 'mlp.c_proj'] }],
    ['distilbert-class-ia3', { targets: ['k_lin', 'lin2', 'v_lin'] }],
    ['roberta-class-prompt', { virtualTokens: 4, initialization: 'random' }],
    ['llama-class-prefix', { virtualTokens: 4, reparameterized: false }],
    ['bert-class-projected', { virtualTokens: 4, reparameterized: false, trainPooler: false }],
  ])('%s', (name, options) => {
    expect(read(golden(name)).options).toMatchObject(options)
  })

  it('tells the modules by the tensors, not by how target_modules puts it', () => {
    const one = golden('llama-language-lora')
    const { options } = read(one, { target_modules: '.*_proj', exclude_modules: 'lm_head' })
    expect(options.targets).toHaveLength(7)
    expect(read(one, { target_modules: 'all-linear' }).options).toEqual(options)
  })

  it('takes P-tuning for the prompt that its network gave', () => {
    const one = golden('bert-class-prompt')
    const more = { encoder_reparameterization_type: 'MLP', encoder_hidden_size: 8, encoder_dropout: 0 }
    expect(read(one, { peft_type: 'P_TUNING', ...more }).strategy).toBe('prompt-tuning')
  })
})

describe('what Fino would compute differently', () => {
  it.each([
    ['bert-class-lora', { peft_type: 'LOHA' }, /LOHA; Fino reads LORA, IA3/],
    ['bert-class-lora', { rank_pattern: { query: 2 } }, /rank_pattern/],
    ['bert-class-lora', { bias: 'all' }, /bias "all"/],
    ['bert-class-lora', { layer_replication: [[0, 2]] }, /layer_replication/],
    ['bert-class-lora', { some_option_of_tomorrow: true }, /some_option_of_tomorrow/],
    ['bert-class-lora', { init_lora_weights: 'pissa' }, /pissa/],
    ['bert-class-lora', { task_type: 'CAUSAL_LM' }, /task_type "CAUSAL_LM", where this problem needs "SEQ_CLS"/],
    ['gpt2-language-prompt', { task_type: 'SEQ_CLS' }, /needs "CAUSAL_LM"/],
  ])('%s with %o is refused', (name, change, message) => {
    expect(failure(() => read(golden(name), change))).toMatchObject({
      code: 'model-unsupported',
      message: expect.stringMatching(message),
    })
  })

  it('trained modules that Fino leaves frozen are refused by name', () => {
    const one = golden('bert-class-lora')
    const adapter = renamed(one, (name) => name.replace('classifier', 'embeddings.word_embeddings'))
    expect(failure(() => read(one, {}, adapter))).toMatchObject({
      code: 'model-unsupported',
      message: expect.stringMatching(/holds base_model.model.embeddings.word_embeddings.bias/),
    })
  })

  it('modules that differ from layer to layer are refused', () => {
    const one = golden('bert-class-lora')
    const adapter = renamed(one, (name) => (name.includes('layer.1.attention.self.query') ? null : name))
    expect(failure(() => read(one, {}, adapter))).toMatchObject({ message: expect.stringMatching(/same modules/) })
  })

  it('adapters of modules that are no layers’ are refused by name', () => {
    const one = golden('llama-language-lora')
    const adapter = renamed(one, (name) => name.replace('model.layers.0.mlp.up_proj', 'lm_head'))
    expect(failure(() => read(one, {}, adapter))).toMatchObject({ message: expect.stringMatching(/changes lm_head/) })
  })

  it('factors at a module’s other end are refused', () => {
    const one = golden('distilbert-class-ia3')
    const adapter = renamed(one, (name) => name.replace('v_lin', 'x').replace('ffn.lin2', 'attention.v_lin'))
    const swapped = renamed({ ...one, adapter }, (name) => name.replace('attention.x', 'ffn.lin2'))
    expect(failure(() => read(one, {}, swapped))).toMatchObject({
      code: 'model-unsupported',
      message: expect.stringMatching(/Fino scales what it/),
    })
  })
})

describe('what is no adapter', () => {
  it.each([
    [{ r: null }, /lacks r or lora_alpha/],
    [{ lora_alpha: 'much' }, /lacks r or lora_alpha/],
  ])('%o', (change, message) => {
    expect(failure(() => read(golden('bert-class-lora'), change))).toMatchObject({
      code: 'model-malformed',
      message: expect.stringMatching(message),
    })
  })

  it('a head alone', () => {
    const one = golden('bert-class-lora')
    const adapter = renamed(one, (name) => (name.includes('lora') ? null : name))
    expect(failure(() => read(one, {}, adapter))).toMatchObject({
      code: 'model-malformed',
      message: expect.stringMatching(/holds nothing of LORA/),
    })
  })
})

describe('what Fino writes', () => {
  const head = { 'score.weight': filled([16, 3]) }

  it('puts prompts beside the model and the head one "model." higher', () => {
    const { described, tensors } = write({
      strategy: 'prompt-tuning',
      options: { virtualTokens: 5 },
      config: tinyConfig('llama'),
      outputs: 3,
      parameters: { prompt_embeddings: filled([5, 16]), ...head },
    })
    expect(Object.keys(tensors).sort()).toEqual(['base_model.score.weight', 'prompt_embeddings'])
    expect(tensors['base_model.score.weight']?.shape).toEqual([3, 16])
    expect(described).toMatchObject({ peft_type: 'PROMPT_TUNING', task_type: 'SEQ_CLS', num_virtual_tokens: 5 })
  })

  it('says of a prefix how many heads have keys of their own', () => {
    const config = tinyConfig('llama')
    const width = config.keyValueHeads * config.headSize
    expect(config.keyValueHeads).toBeLessThan(config.heads)
    const { described } = write({
      strategy: 'prefix-tuning',
      options: { virtualTokens: 5, reparameterized: false },
      config,
      outputs: null,
      parameters: { prompt_embeddings: filled([5, 2 * config.layers * width]) },
    })
    expect(described).toMatchObject({
      task_type: 'CAUSAL_LM',
      prefix_projection: false,
      token_dim: width,
      num_attention_heads: config.keyValueHeads,
    })
    expect(described).not.toHaveProperty('modules_to_save')
  })

  it('names every head that PEFT asks for', () => {
    const parameters = {
      'distilbert.transformer.layer.1.attention.q_lin.lora_A.weight': filled([16, 2]),
      'distilbert.transformer.layer.1.attention.q_lin.lora_B.weight': filled([2, 16]),
      'pre_classifier.weight': filled([16, 16]),
      'pre_classifier.bias': filled([16]),
      'classifier.weight': filled([16, 3]),
      'classifier.bias': filled([3]),
    }
    const options = { rank: 2, targets: ['q_lin'], upperLayers: 1 }
    const config = tinyConfig('distilbert')
    const { described, adapter } = write({ strategy: 'lora', options, config, outputs: 3, parameters })
    expect(described).toMatchObject({
      modules_to_save: ['pre_classifier', 'classifier', 'score'],
      layers_to_transform: [1],
      fan_in_fan_out: false,
    })
    const again = readPeft(described, adapter, config, 3)
    expect(again.values).toEqual(parameters)
    expect(again.options).toMatchObject(options)
  })

  it('has no format for other strategies', () => {
    const source = { options: {}, config: tinyConfig('bert'), outputs: 2, parameters: {}, baseModel: '' }
    expect(() => writePeft({ ...source, strategy: 'full' })).toThrow(/needs a strategy that PEFT has/)
  })
})
