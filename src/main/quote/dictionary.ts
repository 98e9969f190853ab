/**
 * What a dictionary should cost: it reads words on the processor and needs no model. The constants were measured on
 * tables of 500 to 19,000 texts with 16 thousand to a million words.
 */
import type { StrategyOptions } from '../../shared/strategy'
import type { Estimate } from './prior'

export interface DictionaryFacts {
  texts: number
  /** Words of all texts together. */
  words: number
  options: StrategyOptions
}

/** Node and the worker. */
const runtimeFloorBytes = 120e6
/** Every word is counted, once for each part that is held out. */
const perWord = { seconds: 2.5e-6, bytes: 150 }
/** Scores of categories, and what the predictor on top of them takes. */
const perText = {
  linear: { seconds: 1e-4, bytes: 5e3 },
  'boosted-trees': { seconds: 2e-4, bytes: 5e3 },
  'random-forest': { seconds: 7e-4, bytes: 20e3 },
}
const diskBytes = 2e6

export function estimateDictionary({ texts, words, options }: DictionaryFacts): Estimate {
  const predictor =
    options.predictor === 'boosted-trees' || options.predictor === 'random-forest' ? options.predictor : 'linear'
  const { seconds, bytes } = perText[predictor]
  return {
    fixedSeconds: 1 + words * perWord.seconds + texts * seconds,
    secondsPerEpoch: 0,
    memoryBytes: runtimeFloorBytes + words * perWord.bytes + texts * bytes,
    diskBytes,
    steps: 0,
  }
}
