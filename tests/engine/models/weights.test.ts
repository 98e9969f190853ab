import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/main/engine/models/config'
import {
  countValues,
  decays,
  expectedTensors,
  fileShape,
  headTensors,
  matchTensors,
} from '../../../src/main/engine/models/weights'
import { tinyConfig } from '../../support/tiny-models'

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

describe('expected tensors', () => {
  it('count as many parameters as transformers does', () => {
    expect(countValues([...expectedTensors(bertBase), ...headTensors(bertBase, 2)])).toBe(109_483_778)
    expect(countValues([...expectedTensors(distilBase), ...headTensors(distilBase, 2)])).toBe(66_955_010)
    expect(countValues(headTensors(distilBase, 2))).toBe(592_130)
  })

  it('decay unless they are biases or belong to a normalization', () => {
    const names = [...expectedTensors(bertBase), ...expectedTensors(distilBase)].map(({ name }) => name)
    const kept = names.filter((name) => !decays(name))
    expect(kept.every((name) => /bias$|LayerNorm|layer_norm/.test(name))).toBe(true)
    expect(names.filter(decays).some((name) => /[Nn]orm|bias/.test(name))).toBe(false)
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
