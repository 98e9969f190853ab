/** How large the steps should be: less the wider a model is, as tables of published and own runs have it. */
import type { ModelConfig } from '../models/config'

export interface RateRule {
  /** At the width of BERT-base and GPT-2. */
  readonly at768: number
  /** 1: half of it at twice the width. 0.5: half of it at four times the width. */
  readonly exponent: number
  /** By how much it grows in models of up to four layers, which bear, and on little data need, larger steps. Default 1. */
  readonly shallow?: number
}

/** Rounded to one digit, as people write them. */
export function learningRateFor({ width, layers }: ModelConfig, { at768, exponent, shallow = 1 }: RateRule): number {
  const depth = layers <= 4 ? shallow : 1
  return Number((depth * at768 * (768 / width) ** exponent).toPrecision(1))
}
