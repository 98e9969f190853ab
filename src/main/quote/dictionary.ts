/** What a dictionary should cost: it reads words on the processor and needs no model. */
import type { Estimate } from './prior'

export interface DictionaryFacts {
  texts: number
  /** Words of all texts together. */
  words: number
}

/** Node, the worker and its tables. */
const runtimeFloorBytes = 200e6
/** Every word is counted, once for each part that is held out. */
const secondsPerWord = 2e-6
/** Sparse rows of counts, some copies of them while the predictor is fitted. */
const bytesPerWord = 100
const secondsPerText = 1e-3
const diskBytes = 2e6

export function estimateDictionary({ texts, words }: DictionaryFacts): Estimate {
  return {
    fixedSeconds: 1 + words * secondsPerWord + texts * secondsPerText,
    secondsPerEpoch: 0,
    memoryBytes: runtimeFloorBytes + words * bytesPerWord,
    diskBytes,
    steps: 0,
  }
}
