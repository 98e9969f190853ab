import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadTokenizer } from '../../../src/main/trainer/tokenizer'

const vocabulary = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'cafe',
  'café',
  'Café',
  'play',
  '##ing',
  ',',
  '日',
  '本',
]
const id = (token: string) => vocabulary.indexOf(token)
const model = { architecture: 'bert', padTokenId: 0, vocabularySize: vocabulary.length, source: {} } as const
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fino-tokenizer-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function build(settings?: object) {
  await writeFile(join(folder, 'vocab.txt'), `${vocabulary.join('\n')}\n`)
  if (settings) await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(settings))
  return await loadTokenizer(folder, model)
}

async function tokensOf(tokenizer: Awaited<ReturnType<typeof build>>, text: string, maxLength: number | null = null) {
  const [ids] = await tokenizer.encode([text], maxLength)
  return [...(ids ?? [])].map((token) => vocabulary[token])
}

describe('from vocab.txt, as BertTokenizer', () => {
  it('lowers case and drops accents unless told otherwise', async () => {
    expect(await tokensOf(await build(), 'Café, PLAYING')).toEqual(['[CLS]', 'cafe', ',', 'play', '##ing', '[SEP]'])
  })

  it('keeps case and accents where do_lower_case is false', async () => {
    const tokenizer = await build({ do_lower_case: false })
    expect(await tokensOf(tokenizer, 'Café cafe PLAY')).toEqual(['[CLS]', 'Café', 'cafe', '[UNK]', '[SEP]'])
  })

  it('drops accents or not as strip_accents says', async () => {
    const tokenizer = await build({ do_lower_case: true, strip_accents: false })
    expect(await tokensOf(tokenizer, 'Café')).toEqual(['[CLS]', 'café', '[SEP]'])
  })

  it('separates Chinese characters and knows special tokens in a text', async () => {
    expect(await tokensOf(await build(), '日本 [MASK]')).toEqual(['[CLS]', '日', '本', '[MASK]', '[SEP]'])
  })

  it('truncates before the closing token, and whole again when asked next', async () => {
    const tokenizer = await build()
    expect(await tokensOf(tokenizer, 'play play play', 3)).toEqual(['[CLS]', 'play', '[SEP]'])
    expect((await tokensOf(tokenizer, 'play play play')).length).toBe(5)
  })

  it('gives an empty text its two special tokens', async () => {
    expect((await (await build()).encode([''], 8))[0]).toEqual(Int32Array.of(id('[CLS]'), id('[SEP]')))
  })
})

it('reads tokenizer.json and ignores the padding and truncation written in it', async () => {
  const pad = {
    strategy: { Fixed: 12 },
    direction: 'Right',
    pad_to_multiple_of: null,
    pad_id: 0,
    pad_type_id: 0,
    pad_token: 'x',
  }
  const json = {
    version: '1.0',
    truncation: { direction: 'Right', max_length: 3, strategy: 'LongestFirst', stride: 0 },
    padding: pad,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab: { '[UNK]': 0, a: 1, b: 2 }, unk_token: '[UNK]' },
  }
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(json))
  const tokenizer = await loadTokenizer(folder, model)
  expect(await tokenizer.encode(['a b a b'], null)).toEqual([Int32Array.of(1, 2, 1, 2)])
})

describe('from vocab.json and merges.txt', () => {
  const pieces = [
    '<|endoftext|>',
    '<s>',
    '<pad>',
    '</s>',
    '<unk>',
    '<mask>',
    'a',
    'b',
    'Ġ',
    'Ã',
    '©',
    'Ġa',
    'Ġab',
    'ab',
  ]
  const at = (...tokens: string[]) => Int32Array.from(tokens, (token) => pieces.indexOf(token))
  const decoder = { architecture: 'gpt2', padTokenId: null, vocabularySize: 14, source: { eos_token_id: 0 } } as const

  beforeEach(async () => {
    await writeFile(
      join(folder, 'vocab.json'),
      JSON.stringify(Object.fromEntries(pieces.map((token, id) => [token, id]))),
    )
    await writeFile(join(folder, 'merges.txt'), '#version: 0.2\nĠ a\nĠa b\na b\n')
  })

  it('as GPT2Tokenizer: merged bytes, nothing around them', async () => {
    const tokenizer = await loadTokenizer(folder, decoder)
    expect(await tokenizer.encode(['ab ab aé<|endoftext|>'], null)).toEqual([
      at('ab', 'Ġab', 'Ġa', 'Ã', '©', '<|endoftext|>'),
    ])
    expect(await tokenizer.decode([...at('ab', 'Ġab', 'Ġa', 'Ã', '©', '<|endoftext|>')])).toBe('ab ab aé')
    expect(tokenizer).toMatchObject({ paddingId: 0, beginningId: null, endIds: [0] })
  })

  it('as RobertaTokenizer: between <s> and </s>, and plain without them', async () => {
    const roberta = { ...decoder, architecture: 'roberta', padTokenId: 2, source: {} } as const
    const tokenizer = await loadTokenizer(folder, roberta)
    expect(await tokenizer.encode(['a ab'], null)).toEqual([at('<s>', 'a', 'Ġab', '</s>')])
    expect(await tokenizer.encodePlain(['a ab', ''])).toEqual([at('a', 'Ġab'), at()])
  })

  it('not without the tokens that the architecture lives by', async () => {
    await writeFile(join(folder, 'vocab.json'), '{"a":0}')
    await expect(loadTokenizer(folder, decoder)).rejects.toThrow(/vocab.json lacks <\|endoftext\|>/)
  })
})

it('knows what opens and ends from the settings, the model and its generation', async () => {
  await build({ eos_token: { content: '[SEP]' }, pad_token: '[MASK]' })
  await writeFile(join(folder, 'generation_config.json'), JSON.stringify({ eos_token_id: [7, id('[SEP]')] }))
  const tokenizer = await loadTokenizer(folder, { ...model, padTokenId: null, source: { eos_token_id: 8 } })
  expect(tokenizer).toMatchObject({
    paddingId: id('[MASK]'),
    beginningId: id('[CLS]'),
    endIds: [id('[SEP]'), 8, 7],
  })
})

describe('fails', () => {
  it('without any tokenizer file', async () => {
    await expect(loadTokenizer(folder, model)).rejects.toMatchObject({ code: 'model-malformed' })
  })

  it('with a tokenizer.json that is none', async () => {
    await writeFile(join(folder, 'tokenizer.json'), '{"model":')
    await expect(loadTokenizer(folder, model)).rejects.toMatchObject({ code: 'model-malformed' })
  })

  it('with a vocabulary without special tokens', async () => {
    await writeFile(join(folder, 'vocab.txt'), 'a\nb\n')
    await expect(loadTokenizer(folder, model)).rejects.toThrow(/lacks \[UNK\], \[CLS\]/)
  })

  it('with a tokenizer that knows more tokens than the model', async () => {
    await build()
    const small = { ...model, vocabularySize: 5 }
    await expect(loadTokenizer(folder, small)).rejects.toThrow(/knows 13 tokens, the model only 5/)
  })
})
