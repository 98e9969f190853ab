/** A response to a prompt: next-token cross-entropy on the response alone, its end token included. */
import type { Example } from '../../data/encode'
import { encodeInstructions } from '../../data/template'
import { type Foreseen, foreseenTokens } from './foreseen-tokens'
import type { Objective } from './objective'

export function instruction(template: string): Objective {
  return {
    encode: (tokenizer, texts, maxLength) => encodeInstructions(tokenizer, texts, { template, maxLength }),
    ...foreseenTokens({
      read: readResponse,
      count: ({ tokenIds, target }) => tokenIds.length - (target[0] as number),
      // Nothing was generated.
      scores: (tally) => ({ kind: 'instruction', ...tally, exactMatch: null }),
    }),
  }
}

/** Each token of the response is told by the place before it. */
export function* readResponse({ tokenIds, target }: Example): Generator<Foreseen> {
  for (let at = target[0] as number; at < tokenIds.length; at++) {
    yield { place: at - 1, tokenId: tokenIds[at] as number }
  }
}
