/** Chooses the next token from logits: the likeliest, or at random by temperature within a nucleus (Holtzman et al. 2020, arXiv:1904.09751). */
import type { Random } from '../random'

export interface Sampling {
  /** 0 = always the likeliest token. */
  readonly temperature: number
  /** Only the likeliest tokens that together reach this probability. */
  readonly topP: number
  readonly random: Random
}

/** @param logits [vocabulary] */
export function sample(logits: Float32Array, { temperature, topP, random }: Sampling): number {
  if (temperature === 0) return likeliest(logits)
  const nucleus = nucleusOf(logits, temperature, topP)
  const total = nucleus.reduce((sum, { probability }) => sum + probability, 0)
  let left = random.next() * total
  for (const { tokenId, probability } of nucleus) {
    left -= probability
    if (left < 0) return tokenId
  }
  return (nucleus.at(-1) as Candidate).tokenId // what rounding leaves over
}

export interface Candidate {
  readonly tokenId: number
  readonly probability: number
}

/** The likeliest tokens, in order, up to and with the one by which they reach `topP`; never empty. */
export function nucleusOf(logits: Float32Array, temperature: number, topP: number): Candidate[] {
  const largest = logits[likeliest(logits)] as number
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - largest) / temperature))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const candidates = Array.from(weights, (weight, tokenId) => ({ tokenId, probability: weight / total }))
  candidates.sort((left, right) => right.probability - left.probability || left.tokenId - right.tokenId)
  if (topP >= 1) return candidates
  let reached = 0
  const beyond = candidates.findIndex(({ probability }) => {
    reached += probability
    return reached >= topP
  })
  return beyond < 0 ? candidates : candidates.slice(0, beyond + 1)
}

/** The first of the largest. */
function likeliest(logits: Float32Array): number {
  let best = 0
  for (let tokenId = 1; tokenId < logits.length; tokenId++) {
    if ((logits[tokenId] as number) > (logits[best] as number)) best = tokenId
  }
  return best
}
