import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/main/engine/models/config'
import {
  countValues,
  decays,
  expectedTensors,
  fileShape,
  headTensors,
  matchTensors,
  modulePath,
  projectionHasBias,
  projectionsOf,
} from '../../../src/main/engine/models/weights'
import { tinyArchitectures, tinyConfig } from '../../support/tiny-models'

const base = { model_type: 'bert', vocab_size: 30522, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12 }
const bertBase = parseConfig({ ...base, intermediate_size: 3072, max_position_embeddings: 512, type_vocab_size: 2 })
const distilBase = parseConfig({
  model_type: 'distilbert',
  vocab_size: 30522,
  dim: 768,
  n_layers: 6,
  n_heads: 12,
  hidden_dim: 3072,
  max_position_embeddings: 512,
})

const gpt2 = parseConfig({ model_type: 'gpt2', vocab_size: 50257, n_embd: 768, n_layer: 12, n_head: 12 })
const llama = { model_type: 'llama', vocab_size: 32000, hidden_size: 4096, num_hidden_layers: 32 }
const llama7b = parseConfig({ ...llama, num_attention_heads: 32, intermediate_size: 11008 })
const qwen2Small = parseConfig({
  model_type: 'qwen2',
  vocab_size: 151936,
  hidden_size: 896,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  intermediate_size: 4864,
  tie_word_embeddings: true,
})
const robertaBase = parseConfig({
  ...{ model_type: 'roberta', vocab_size: 50265, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12 },
  ...{ intermediate_size: 3072, max_position_embeddings: 514, type_vocab_size: 1 },
})

describe('expected tensors', () => {
  it('count as many parameters as transformers does', () => {
    expect(countValues([...expectedTensors(bertBase), ...headTensors(bertBase, 2)])).toBe(109_483_778)
    expect(countValues([...expectedTensors(distilBase), ...headTensors(distilBase, 2)])).toBe(66_955_010)
    expect(countValues(headTensors(distilBase, 2))).toBe(592_130)
    expect(countValues([...expectedTensors(robertaBase), ...headTensors(robertaBase, 2)])).toBe(124_647_170)
    expect(countValues([...expectedTensors(gpt2), ...headTensors(gpt2, null)])).toBe(124_439_808)
    expect(countValues([...expectedTensors(llama7b), ...headTensors(llama7b, null)])).toBe(6_738_415_616)
    expect(countValues([...expectedTensors(qwen2Small), ...headTensors(qwen2Small, null)])).toBe(494_032_768)
  })

  it('hold GPT-2’s linear modules as its files do, untransposed, and no other’s', () => {
    const kinds = (config: ReturnType<typeof tinyConfig>) => new Set(expectedTensors(config).map(({ kind }) => kind))
    expect(kinds(gpt2)).toEqual(new Set(['embedding', 'conv1d', 'vector']))
    expect(kinds(llama7b)).toEqual(new Set(['embedding', 'linear', 'vector']))
    const fused = expectedTensors(gpt2).find(({ name }) => name === 'transformer.h.0.attn.c_attn.weight')
    expect(fused && fileShape(fused)).toEqual([768, 2304])
  })

  it.each(tinyArchitectures)('of %s have a name and a shape for each linear module', (architecture) => {
    const config = tinyConfig(architecture)
    const names = new Set(expectedTensors(config).map(({ name }) => name))
    for (const projection of projectionsOf(config)) {
      const path = modulePath(config, 1, projection)
      expect(names.has(`${path}.weight`)).toBe(true)
      expect(names.has(`${path}.bias`)).toBe(projectionHasBias(config, projection))
    }
    expect(() => modulePath(config, 0, 'queryKeyValue') && modulePath(config, 0, 'query')).toThrow(/needs a projection/)
  })

  it('decay unless they are biases or belong to a normalization', () => {
    const names = tinyArchitectures.flatMap((one) => expectedTensors(tinyConfig(one)).map(({ name }) => name))
    const kept = names.filter((name) => !decays(name))
    expect(kept.every((name) => /bias$|[Nn]orm|ln_[12f]/.test(name))).toBe(true)
    expect(names.filter(decays).some((name) => /[Nn]orm|ln_|bias/.test(name))).toBe(false)
  })
})

describe('matchTensors', () => {
  const config = tinyConfig('bert')
  const expected = expectedTensors(config)
  const found = (rename: (name: string) => string) =>
    new Map(expected.map((tensor) => [rename(tensor.name), fileShape(tensor)] as const))

  it.each([
    ['as they are', (name: string) => name],
    ['without prefix', (name: string) => name.replace(/^bert\./, '')],
    [
      'in old files',
      (name: string) => name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
    ],
  ])('finds names %s and ignores others', (_, rename) => {
    const file = found(rename)
    file.set('cls.predictions.bias', [60]).set('bert.embeddings.position_ids', [1, 32])
    const match = matchTensors(expected, file, 'bert')
    expect(match.size).toBe(expected.length)
    for (const { name } of expected) expect(match.get(name)).toBe(rename(name))
  })

  it('lets the pooler be absent, and nothing else', () => {
    const file = found((name) => name)
    file.delete('bert.pooler.dense.weight')
    file.delete('bert.pooler.dense.bias')
    expect(matchTensors(expected, file, 'bert').size).toBe(expected.length - 2)
  })

  it('lists all that is missing or of another shape', () => {
    const file = found((name) => name)
    file.delete('bert.embeddings.word_embeddings.weight')
    file.set('bert.encoder.layer.1.intermediate.dense.weight', [16, 24])
    expect(() => matchTensors(expected, file, 'bert')).toThrow(
      /word_embeddings.weight is missing; .*layer.1.intermediate.dense.weight is 16 x 24, not 24 x 16/,
    )
  })
})
