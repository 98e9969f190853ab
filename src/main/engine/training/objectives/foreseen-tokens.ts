/** What objectives share that foresee tokens: cross-entropy at some places of each text. */
import { argMax, cast, equal, neg, stack, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import type { Example } from '../../data/encode'
import { multiply } from '../../layers/products'
import { crossEntropy, logLikelihoods } from '../losses'
import { ratio } from '../metrics'
import type { Asked, Objective } from './objective'

/** Measured of each text: the negative log-likelihood of its foreseen tokens, and how many were right. */
const columns = 2

/** Where a text is asked, and which token is right there. */
export interface Foreseen {
  /** Position in the text, counted from 0, whose logits are read. */
  readonly place: number
  readonly tokenId: number
}

export interface Tally {
  /** Mean negative log-likelihood per foreseen token, natural logarithm. */
  readonly loss: number
  readonly perplexity: number
  readonly tokenAccuracy: number
  readonly examples: number
  readonly tokens: number
}

/** All of an objective that follows from which tokens an example has foreseen. `scores` says what a tally is called. */
export function foreseenTokens({
  read,
  count,
  scores,
}: {
  read(example: Example): Iterable<Foreseen>
  /** As many as `read` gives. */
  count(example: Example): number
  scores(tally: Tally): ReturnType<Objective['score']>
}): Omit<Objective, 'encode'> {
  const asking = ({ examples, time }: Asked) => {
    const [places, right, texts]: [number[], number[], number[]] = [[], [], []]
    for (const [row, example] of examples.entries()) {
      for (const { place, tokenId } of read(example)) {
        places.push(row * time + place)
        right.push(tokenId)
        texts.push(row)
      }
    }
    return { places: tensor1d(places, 'int32'), right: tensor1d(right, 'int32'), texts }
  }

  return {
    weightOf: count,
    loss(asked) {
      const { places, right } = asking(asked)
      return crossEntropy(asked.logits(places) as Tensor2D, right)
    },
    measure(asked) {
      const { places, right, texts } = asking(asked)
      const logits = asked.logits(places) as Tensor2D // [places, vocabulary]
      const surprise = neg(logLikelihoods(logits, right))
      const hit = cast(equal(argMax(logits, 1), right), 'float32')
      return multiply(belonging(texts, asked.examples.length), stack([surprise, hit], 1) as Tensor2D)
    },
    score(measured, examples) {
      const total = (column: number) =>
        examples.reduce((sum, _, row) => sum + (measured[row * columns + column] ?? 0), 0)
      const tokens = examples.reduce((sum, example) => sum + count(example), 0)
      const loss = ratio(total(0), tokens)
      const perplexity = Math.min(Math.exp(loss), Number.MAX_VALUE)
      return scores({ loss, perplexity, tokenAccuracy: ratio(total(1), tokens), examples: examples.length, tokens })
    },
    losses: (measured, examples) =>
      examples.map((example, row) => (measured[row * columns] as number) / count(example)),
    predict: () => null,
    naive: () => null,
  }
}

/** 1 where a place belongs to a text, [texts, places]: multiplied by it, places are added up by text. */
function belonging(texts: readonly number[], count: number): Tensor2D {
  const values = new Float32Array(count * texts.length)
  for (const [place, row] of texts.entries()) values[row * texts.length + place] = 1
  return tensor2d(values, [count, texts.length])
}
