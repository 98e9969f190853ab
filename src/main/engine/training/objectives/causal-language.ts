/** Texts alone, for a model that reads from left to right: each token from those before it (Radford et al. 2019). */
import { type Counted, chunksOf, type Encoded, type Example, type TargetText, type Tokenizer } from '../../data/encode'
import { foreseenTokens } from './foreseen-tokens'
import { readResponse } from './instruction'
import type { Objective } from './objective'

export function causalLanguage(): Objective {
  return {
    encode: encodeWholeTexts,
    ...foreseenTokens({
      read: readResponse,
      count: ({ tokenIds, target }) => tokenIds.length - (target[0] as number),
      scores: (tally) => ({ kind: 'language', ...tally }),
    }),
  }
}

/** The opening token where the tokenizer has one, the text, its end: all but the first are foreseen, as of a response. */
async function* encodeWholeTexts(
  tokenizer: Tokenizer,
  texts: readonly TargetText[],
  maxLength: number,
): AsyncGenerator<Counted, Encoded> {
  const examples: Example[] = []
  const leftOut: number[] = []
  const opening = tokenizer.beginningId === null ? [] : [tokenizer.beginningId]
  let done = 0
  for (const chunk of chunksOf(texts)) {
    const encoded = await tokenizer.encodePlain(chunk.map(({ text }) => text))
    for (const [index, plain] of encoded.entries()) {
      const tokenIds = Int32Array.from([...opening, ...plain, ...tokenizer.endIds.slice(0, 1)]).slice(0, maxLength)
      if (plain.length === 0 || tokenIds.length < 2) leftOut.push(done + index)
      else examples.push({ tokenIds, target: Float32Array.of(1) })
    }
    done += chunk.length
    yield { done, total: texts.length }
  }
  return { examples, leftOut }
}
