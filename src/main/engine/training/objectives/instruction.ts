/** A response to a prompt: next-token cross-entropy on the response alone, its end token included. */
import { argMax, cast, equal, neg, stack, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import type { InstructionMetrics } from '../../../../shared/result'
import type { Example } from '../../data/encode'
import { encodeInstructions } from '../../data/template'
import { multiply } from '../../layers/products'
import { crossEntropy, logLikelihoods } from '../losses'
import { ratio } from '../metrics'
import type { Asked, Objective } from './objective'

/** Measured of each text: the negative log-likelihood of its response, and how many of its tokens were foreseen. */
const columns = 2

export function instruction(template: string): Objective {
  return {
    encode: (tokenizer, texts, maxLength) => encodeInstructions(tokenizer, texts, { template, maxLength }),
    weightOf: responseTokens,
    loss(asked) {
      const { places, next } = readResponses(asked)
      return crossEntropy(asked.logits(tensor1d(places, 'int32')) as Tensor2D, tensor1d(next, 'int32'))
    },
    measure(asked) {
      const { places, next, texts } = readResponses(asked)
      const logits = asked.logits(tensor1d(places, 'int32')) as Tensor2D // [places, vocabulary]
      const labels = tensor1d(next, 'int32')
      const surprise = neg(logLikelihoods(logits, labels))
      const foreseen = cast(equal(argMax(logits, 1), labels), 'float32')
      return multiply(belonging(texts, asked.examples.length), stack([surprise, foreseen], 1) as Tensor2D)
    },
    score,
    losses: (measured, examples) =>
      examples.map((example, row) => (measured[row * columns] as number) / responseTokens(example)),
    predict: () => null,
    naive: () => null,
  }
}

/** `exactMatch` is null: nothing was generated. */
function score(measured: Float32Array, examples: readonly Example[]): InstructionMetrics {
  const total = (column: number) => examples.reduce((sum, _, row) => sum + (measured[row * columns + column] ?? 0), 0)
  const tokens = examples.reduce((sum, example) => sum + responseTokens(example), 0)
  const loss = ratio(total(0), tokens)
  return {
    kind: 'instruction',
    loss,
    perplexity: Math.min(Math.exp(loss), Number.MAX_VALUE),
    tokenAccuracy: ratio(total(1), tokens),
    exactMatch: null,
    examples: examples.length,
    tokens,
  }
}

/** Each response token is told by the place before it. */
function readResponses({ examples, time }: Asked): { places: number[]; next: number[]; texts: number[] } {
  const [places, next, texts]: [number[], number[], number[]] = [[], [], []]
  for (const [row, { tokenIds, target }] of examples.entries()) {
    for (let at = target[0] as number; at < tokenIds.length; at++) {
      places.push(row * time + at - 1)
      next.push(tokenIds[at] as number)
      texts.push(row)
    }
  }
  return { places, next, texts }
}

/** 1 where a place belongs to a text, [texts, places]: multiplied by it, places are added up by text. */
function belonging(texts: readonly number[], count: number): Tensor2D {
  const values = new Float32Array(count * texts.length)
  for (const [place, row] of texts.entries()) values[row * texts.length + place] = 1
  return tensor2d(values, [count, texts.length])
}

function responseTokens({ tokenIds, target }: Example): number {
  return tokenIds.length - (target[0] as number)
}
