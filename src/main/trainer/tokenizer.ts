/** Hugging Face's own tokenizer for a model folder: from tokenizer.json, or built from the vocabulary files of BERT or GPT-2. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AddedToken,
  bertNormalizer,
  bertPreTokenizer,
  bertProcessing,
  Tokenizer as NativeTokenizer,
  WordPiece,
  wordPieceDecoder,
} from 'tokenizers'
import { Failure } from '../../shared/failure'
import type { Architecture } from '../../shared/model'
import type { Masking, Tokenizer } from '../engine/data/encode'
import type { ModelConfig } from '../engine/models/config'

/** Fails with `model-malformed` where the folder has no tokenizer, one that does not read, or one of another model. */
export async function loadTokenizer(
  modelFolder: string,
  config: Pick<ModelConfig, 'architecture' | 'padTokenId' | 'vocabularySize' | 'source'>,
): Promise<Tokenizer> {
  const settings = await readSettings(join(modelFolder, 'tokenizer_config.json'))
  const native = await loadNative(modelFolder, config.architecture, settings)
  if (native.getVocabSize(true) > config.vocabularySize) {
    throw new Failure(
      'model-malformed',
      `The tokenizer in ${modelFolder} knows ${native.getVocabSize(true)} tokens, the model only ${config.vocabularySize}. They belong to different models: copy the tokenizer's files from the model's source.`,
      { modelFolder },
    )
  }
  native.disablePadding()
  const generation = await readSettings(join(modelFolder, 'generation_config.json'))
  const endIds = [...idsOf(native, settings.eos_token), ...idsOf(native, config.source.eos_token_id)]
  const ending = [...new Set([...endIds, ...idsOf(native, generation.eos_token_id)])]
  const opened = await native.encode('a', null, { addSpecialTokens: true })
  return {
    // What fills up a batch is masked: any token will do where the model names none.
    paddingId: config.padTokenId ?? idsOf(native, settings.pad_token)[0] ?? ending[0] ?? 0,
    beginningId: opened.getSpecialTokensMask()[0] === 1 ? (opened.getIds()[0] ?? null) : null,
    endIds: ending,
    masking: maskingOf(native, settings),
    async encode(texts, maxLength) {
      if (maxLength === null) native.disableTruncation()
      else native.setTruncation(maxLength)
      const encodings = await native.encodeBatch([...texts])
      return encodings.map((encoding) => Int32Array.from(encoding.getIds()))
    },
    async encodePlain(texts) {
      native.disableTruncation()
      const encodings = await native.encodeBatch([...texts], { addSpecialTokens: false })
      return encodings.map((encoding) => Int32Array.from(encoding.getIds()))
    },
    decode: (tokenIds) => native.decode([...tokenIds], true),
  }
}

const usualSpecial = ['[MASK]', '[PAD]', '[UNK]', '[CLS]', '[SEP]', '<mask>', '<pad>', '<unk>', '<s>', '</s>']

/** Its tokens are named by the settings, or called as the architectures call them. */
function maskingOf(native: NativeTokenizer, settings: Settings): Masking | undefined {
  const maskId = [settings.mask_token, '[MASK]', '<mask>'].flatMap((named) => idsOf(native, named))[0]
  if (maskId === undefined) return undefined
  const { unk_token, pad_token, cls_token, sep_token, bos_token, eos_token, additional_special_tokens } = settings
  const named = [unk_token, pad_token, cls_token, sep_token, bos_token, eos_token, additional_special_tokens]
  const specialIds = new Set([maskId, ...[...named, ...usualSpecial].flatMap((token) => idsOf(native, token))])
  return { maskId, specialIds, vocabularySize: native.getVocabSize(true) }
}

/** The files that a copy of the tokenizer needs, as they lie in a model folder. */
export const tokenizerFiles = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
] as const

type Settings = Readonly<Record<string, unknown>>

async function loadNative(
  modelFolder: string,
  architecture: Architecture,
  settings: Settings,
): Promise<NativeTokenizer> {
  const read = (name: string) => readText(join(modelFolder, name))
  const json = await read('tokenizer.json')
  const words = json === null ? await read('vocab.txt') : null
  const [pieces, merges] = json === null ? [await read('vocab.json'), await read('merges.txt')] : [null, null]
  try {
    if (json !== null) return NativeTokenizer.fromString(json)
    if (words !== null) return buildWordPiece(words, settings)
    if (pieces !== null && merges !== null) return buildBytePairs(pieces, merges, architecture)
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Failure(
      'model-malformed',
      `The tokenizer in ${modelFolder} does not read (${reason}). Copy the tokenizer's files there again from the model's source.`,
      { modelFolder },
    )
  }
  throw new Failure(
    'model-malformed',
    `${modelFolder} has no tokenizer.json, no vocab.txt, and no vocab.json with merges.txt. Copy the tokenizer's files there from the model's source.`,
    { modelFolder },
  )
}

const wordPieceTokens = { unknown: '[UNK]', opening: '[CLS]', closing: '[SEP]', padding: '[PAD]', masked: '[MASK]' }

/** As transformers' BertTokenizerFast builds it from the same files. */
function buildWordPiece(vocabulary: string, settings: Settings): NativeTokenizer {
  const lines = vocabulary.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const ids = Object.fromEntries(lines.map((token, id) => [token, id]))
  const { unknown, opening, closing } = wordPieceTokens
  requireTokens('vocab.txt', ids, Object.values(wordPieceTokens))
  const lowercase = settings.do_lower_case !== false
  const accents = settings.strip_accents
  const idOf = (token: string): [string, number] => [token, ids[token] as number]

  const tokenizer = new NativeTokenizer(
    WordPiece.init(ids, { unkToken: unknown, continuingSubwordPrefix: '##', maxInputCharsPerWord: 100 }),
  )
  tokenizer.setNormalizer(
    bertNormalizer({
      cleanText: true,
      handleChineseChars: settings.tokenize_chinese_chars !== false,
      lowercase,
      stripAccents: typeof accents === 'boolean' ? accents : lowercase,
    }),
  )
  tokenizer.setPreTokenizer(bertPreTokenizer())
  tokenizer.setPostProcessor(bertProcessing(idOf(closing), idOf(opening)))
  tokenizer.setDecoder(wordPieceDecoder('##', true))
  tokenizer.addAddedTokens(Object.values(wordPieceTokens).map((token) => new AddedToken(token, true, {})))
  return tokenizer
}

/** As transformers' GPT2TokenizerFast and RobertaTokenizerFast build it from vocab.json and merges.txt. */
function buildBytePairs(vocabulary: string, merges: string, architecture: Architecture): NativeTokenizer {
  const ids = JSON.parse(vocabulary) as Record<string, number>
  const roberta = architecture === 'roberta'
  const special = roberta ? ['<s>', '<pad>', '</s>', '<unk>', '<mask>'] : ['<|endoftext|>']
  requireTokens('vocab.json', ids, special)
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: roberta, use_regex: true }
  const flags = { single_word: false, rstrip: false, normalized: false, special: true }
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content) => ({ id: ids[content], content, lstrip: content === '<mask>', ...flags })),
    normalizer: null,
    pre_tokenizer: bytes,
    post_processor: roberta
      ? { ...bytes, type: 'RobertaProcessing', sep: ['</s>', ids['</s>']], cls: ['<s>', ids['<s>']] }
      : bytes,
    decoder: bytes,
    model: {
      type: 'BPE',
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      vocab: ids,
      merges: merges.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version')),
    },
  }
  return NativeTokenizer.fromString(JSON.stringify(tokenizer))
}

function requireTokens(file: string, ids: Readonly<Record<string, number>>, tokens: readonly string[]): void {
  const missing = tokens.filter((token) => ids[token] === undefined)
  if (missing.length > 0) throw new Error(`${file} lacks ${missing.join(', ')}`)
}

/** Token ids of what a settings file names: an id, several, a token, or a token with its flags. */
function idsOf(native: NativeTokenizer, named: unknown): number[] {
  if (typeof named === 'number') return [named]
  if (Array.isArray(named)) return named.flatMap((one) => idsOf(native, one))
  const content = typeof named === 'string' ? named : Object(named).content
  const id = typeof content === 'string' ? native.tokenToId(content) : null
  return id === null ? [] : [id]
}

async function readSettings(file: string): Promise<Settings> {
  const text = await readText(file)
  if (text === null) return {}
  try {
    return Object(JSON.parse(text)) as Settings
  } catch (thrown) {
    throw new Failure('model-malformed', `${file} is not JSON (${(thrown as Error).message}). Copy it there again.`, {
      file,
    })
  }
}

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Failure('file-unreadable', `${file} cannot be read: ${(thrown as Error).message}`, { file })
  }
}
