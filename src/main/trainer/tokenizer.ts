/** Hugging Face's own tokenizer for a model folder: from tokenizer.json, or built from a BERT vocab.txt. */
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
import type { Tokenizer } from '../engine/data/encode'
import type { EncoderConfig } from '../engine/models/config'

const specialTokens = { unknown: '[UNK]', opening: '[CLS]', closing: '[SEP]', padding: '[PAD]', masked: '[MASK]' }

/** Fails with `model-malformed` where the folder has no tokenizer, one that does not read, or one of another model. */
export async function loadTokenizer(
  modelFolder: string,
  { padTokenId, vocabularySize }: Pick<EncoderConfig, 'padTokenId' | 'vocabularySize'>,
): Promise<Tokenizer> {
  const native = await loadNative(modelFolder)
  if (native.getVocabSize(true) > vocabularySize) {
    throw new Failure(
      'model-malformed',
      `The tokenizer in ${modelFolder} knows ${native.getVocabSize(true)} tokens, the model only ${vocabularySize}. They belong to different models: copy the tokenizer's files from the model's source.`,
      { modelFolder },
    )
  }
  native.disablePadding()
  return {
    paddingId: padTokenId,
    async encode(texts, maxLength) {
      if (maxLength === null) native.disableTruncation()
      else native.setTruncation(maxLength)
      const encodings = await native.encodeBatch([...texts])
      return encodings.map((encoding) => Int32Array.from(encoding.getIds()))
    },
  }
}

/** The files that a copy of the tokenizer needs, as they lie in a model folder. */
export const tokenizerFiles = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.txt',
] as const

async function loadNative(modelFolder: string): Promise<NativeTokenizer> {
  const json = await readText(join(modelFolder, 'tokenizer.json'))
  const vocabulary = json === null ? await readText(join(modelFolder, 'vocab.txt')) : null
  try {
    if (json !== null) return NativeTokenizer.fromString(json)
    if (vocabulary !== null) {
      const settings = JSON.parse((await readText(join(modelFolder, 'tokenizer_config.json'))) ?? '{}')
      return buildWordPiece(vocabulary, settings as TokenizerSettings)
    }
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
    `${modelFolder} has neither tokenizer.json nor vocab.txt. Copy the tokenizer's files there from the model's source.`,
    { modelFolder },
  )
}

interface TokenizerSettings {
  do_lower_case?: boolean
  strip_accents?: boolean | null
  tokenize_chinese_chars?: boolean
}

/** As transformers' BertTokenizerFast builds it from the same files. */
function buildWordPiece(vocabulary: string, settings: TokenizerSettings): NativeTokenizer {
  const lines = vocabulary.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const ids = Object.fromEntries(lines.map((token, id) => [token, id]))
  const missing = Object.values(specialTokens).filter((token) => ids[token] === undefined)
  if (missing.length > 0) throw new Error(`vocab.txt lacks ${missing.join(', ')}`)
  const lowercase = settings.do_lower_case ?? true
  const idOf = (token: string): [string, number] => [token, ids[token] as number]

  const tokenizer = new NativeTokenizer(
    WordPiece.init(ids, { unkToken: specialTokens.unknown, continuingSubwordPrefix: '##', maxInputCharsPerWord: 100 }),
  )
  tokenizer.setNormalizer(
    bertNormalizer({
      cleanText: true,
      handleChineseChars: settings.tokenize_chinese_chars ?? true,
      lowercase,
      stripAccents: settings.strip_accents ?? lowercase,
    }),
  )
  tokenizer.setPreTokenizer(bertPreTokenizer())
  tokenizer.setPostProcessor(bertProcessing(idOf(specialTokens.closing), idOf(specialTokens.opening)))
  tokenizer.setDecoder(wordPieceDecoder('##', true))
  tokenizer.addAddedTokens(Object.values(specialTokens).map((token) => new AddedToken(token, true, {})))
  return tokenizer
}

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Failure('file-unreadable', `${file} cannot be read: ${(thrown as Error).message}`, { file })
  }
}
