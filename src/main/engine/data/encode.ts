/** Texts to token ids. The tokenizer is an argument: the engine reads no files and knows no vocabulary. */

export interface Tokenizer {
  /** The id that fills up a batch. */
  readonly paddingId: number
  /**
   * Token ids of each text, special tokens included. A text longer than `maxLength` tokens loses its end but keeps
   * its closing special token; `null` keeps every text whole.
   */
  encode(texts: readonly string[], maxLength: number | null): Promise<Int32Array[]>
}

export interface LabelledText {
  readonly text: string
  /** Class id. */
  readonly label: number
}

export interface Example {
  readonly tokenIds: Int32Array // [length]
  readonly label: number
}

export interface Counted {
  readonly done: number
  readonly total: number
}

const textsAtOnce = 256

/** Encodes in chunks and tells after each how far it is; returns one example per text, in order. */
export async function* encode(
  tokenizer: Tokenizer,
  texts: readonly LabelledText[],
  maxLength: number,
): AsyncGenerator<Counted, Example[]> {
  const examples: Example[] = []
  for (let from = 0; from < texts.length; from += textsAtOnce) {
    const chunk = texts.slice(from, from + textsAtOnce)
    const encoded = await tokenizer.encode(
      chunk.map(({ text }) => text),
      maxLength,
    )
    for (const [index, { label }] of chunk.entries()) examples.push({ tokenIds: tokenIdsAt(encoded, index), label })
    yield { done: examples.length, total: texts.length }
  }
  return examples
}

function tokenIdsAt(encoded: readonly Int32Array[], index: number): Int32Array {
  const tokenIds = encoded[index]
  if (!tokenIds || tokenIds.length === 0) throw new Error(`tokenizer gave no tokens for text ${index} of its chunk`)
  return tokenIds
}
