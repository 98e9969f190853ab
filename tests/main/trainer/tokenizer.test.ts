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
    const small = { padTokenId: 0, vocabularySize: 5 }
    await expect(loadTokenizer(folder, small)).rejects.toThrow(/knows 13 tokens, the model only 5/)
  })
})
