/**
 * Texts alone, for a model that reads in both directions: some pieces are hidden and foreseen from what stands around them
 * (Devlin et al. 2019, section 3.1). Other pieces in every epoch, as RoBERTa does (Liu et al. 2019, section 4.1).
 */
import { Failure } from '../../../../shared/failure'
import { type Example, encodeTexts, type Masking, type Tokenizer } from '../../data/encode'
import { createRandom, type Random } from '../../random'
import { type Foreseen, foreseenTokens } from './foreseen-tokens'
import type { Objective } from './objective'

/** Of a text's pieces, at least one. */
const maskedShare = 0.15
/** Of those: shown as the mask token, or as any token; the rest stay as they are. */
const shownAsMask = 0.8
const shownAsAny = 0.1

/**
 * An example's `tokenIds` are the pieces as they are shown; its target is position and right token of each foreseen one,
 * in turn. Encoding masks every text in the same way whatever the seed, so that evaluations can be compared.
 */
export function maskedLanguage(): Objective {
  return {
    async *encode(tokenizer, texts, maxLength) {
      const masking = maskingOf(tokenizer)
      const fixed = createRandom('held-out texts')
      const targetOf = () => new Float32Array(0)
      const { examples } = yield* encodeTexts(tokenizer, texts, { maxLength, targetOf })
      const masked = examples.map((example) => mask(example, masking, fixed))
      const leftOut = masked.flatMap(({ target }, position) => (target.length === 0 ? [position] : []))
      return { examples: masked.filter(({ target }) => target.length > 0), leftOut }
    },
    renew(tokenizer, examples, random) {
      const masking = maskingOf(tokenizer)
      return examples.map((example) => mask(unmask(example), masking, random))
    },
    ...foreseenTokens({
      read: readMasked,
      count: ({ target }) => target.length / 2,
      scores: (tally) => ({ kind: 'language', ...tally }),
    }),
  }
}

/** Without any piece to mask, nothing is foreseen. */
function mask({ tokenIds }: Pick<Example, 'tokenIds'>, masking: Masking, random: Random): Example {
  const { maskId, specialIds, vocabularySize } = masking
  const pieces = [...tokenIds.keys()].filter((place) => !specialIds.has(tokenIds[place] as number))
  const count = pieces.length === 0 ? 0 : Math.max(1, Math.round(maskedShare * pieces.length))
  const places = random
    .shuffle(pieces)
    .slice(0, count)
    .sort((left, right) => left - right)
  const shown = tokenIds.slice()
  for (const place of places) {
    const how = random.next()
    if (how < shownAsMask) shown[place] = maskId
    else if (how < shownAsMask + shownAsAny) shown[place] = random.integer(vocabularySize)
  }
  return {
    tokenIds: shown,
    target: Float32Array.from(places.flatMap((place) => [place, tokenIds[place] as number])),
  }
}

function unmask(example: Example): Pick<Example, 'tokenIds'> {
  const tokenIds = example.tokenIds.slice()
  for (const { place, tokenId } of readMasked(example)) tokenIds[place] = tokenId
  return { tokenIds }
}

function* readMasked({ target }: Example): Generator<Foreseen> {
  for (let at = 0; at < target.length; at += 2) yield { place: target[at] as number, tokenId: target[at + 1] as number }
}

function maskingOf({ masking }: Pick<Tokenizer, 'masking'>): Masking {
  if (masking) return masking
  throw new Failure(
    'model-unsupported',
    "The model's tokenizer knows no token that stands for a masked piece (such as [MASK]), so it cannot be adapted to texts. Choose another base model.",
    { missingToken: '[MASK]' },
  )
}
