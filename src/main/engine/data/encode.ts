/** Texts to token ids. The tokenizer is an argument: the engine reads no files and knows no vocabulary. */

export interface Tokenizer {
  /** The id that fills up a batch. */
  readonly paddingId: number
  /** Opens a text that is to be written on; null where the model knows no such token. */
  readonly beginningId: number | null
  /** Any of them ends an answer, and the first is the one that is learnt; empty where the model knows none. */
  readonly endIds: readonly number[]
  /** What masking pieces of a text needs; absent where no token stands for a piece that is to be foreseen. */
  readonly masking?: Masking | undefined
  /**
   * Token ids of each text, special tokens included. A text longer than `maxLength` tokens loses its end but keeps
   * its closing special token; `null` keeps every text whole.
   */
  encode(texts: readonly string[], maxLength: number | null): Promise<Int32Array[]>
  /** Token ids of each text, whole, without the special tokens that open and close one. May be empty. */
  encodePlain(texts: readonly string[]): Promise<Int32Array[]>
  /** The text of token ids, special tokens left out. */
  decode(tokenIds: readonly number[]): Promise<string>
}

export interface Masking {
  readonly maskId: number
  /** Tokens that say nothing of the text: they are never masked. */
  readonly specialIds: ReadonlySet<number>
  readonly vocabularySize: number
}

/** What is learnt from: a text and, in the data set's own words, what it should give. */
export interface TargetText {
  readonly text: string
  readonly target: string
}

export interface Example {
  readonly tokenIds: Int32Array // [length]
  /** As the problem's objective reads it: a class id, one 0 or 1 per class, a number, or where the response begins. */
  readonly target: Float32Array
}

export interface Encoded {
  readonly examples: readonly Example[]
  /** Positions of the texts that gave no example, since nothing of their response would fit. */
  readonly leftOut: readonly number[]
}

export interface Counted {
  readonly done: number
  readonly total: number
}

const textsAtOnce = 256

/** Encodes in chunks and tells after each how far it is; returns one example per text, in order. */
export async function* encodeTexts(
  tokenizer: Tokenizer,
  texts: readonly TargetText[],
  { maxLength, targetOf }: { maxLength: number; targetOf(text: TargetText): Float32Array },
): AsyncGenerator<Counted, Encoded> {
  const examples: Example[] = []
  for (const chunk of chunksOf(texts)) {
    const encoded = await tokenizer.encode(
      chunk.map(({ text }) => text),
      maxLength,
    )
    for (const [index, text] of chunk.entries()) {
      examples.push({ tokenIds: tokenIdsAt(encoded, index), target: targetOf(text) })
    }
    yield { done: examples.length, total: texts.length }
  }
  return { examples, leftOut: [] }
}

/** As many texts at once as a tokenizer is well given. */
export function chunksOf<Item>(items: readonly Item[]): Item[][] {
  const chunks: Item[][] = []
  for (let from = 0; from < items.length; from += textsAtOnce) chunks.push(items.slice(from, from + textsAtOnce))
  return chunks
}

function tokenIdsAt(encoded: readonly Int32Array[], index: number): Int32Array {
  const tokenIds = encoded[index]
  if (!tokenIds || tokenIds.length === 0) throw new Error(`tokenizer gave no tokens for text ${index} of its chunk`)
  return tokenIds
}
