/** The thirteen laws that every strategy obeys, and which of them say nothing about a combination. */
import type { ModelStrategyId } from '../../src/shared/strategy'
import { type Combination, everyCombination, isTrained } from './tuned-models'

export const laws = {
  1: 'zero start',
  2: 'frozen base',
  3: 'merge',
  4: 'save and load',
  5: 'seed',
  6: 'leaks',
  7: 'overfit',
  8: 'resume',
  9: 'padding',
  10: 'cache',
  11: 'backends',
  12: 'compiled',
  13: 'recompute',
} as const
export type Law = keyof typeof laws
export const lawNumbers = Object.keys(laws).map(Number) as Law[]

const notAtZero = 'it does not start at zero'
const notMerged = 'it cannot be worked into the base'
export const reasons: Readonly<Partial<Record<Law, Partial<Record<ModelStrategyId, string>>>>> = {
  1: {
    'feature-based': 'its outputs come from a model outside',
    'prompt-tuning': notAtZero,
    'prefix-tuning': notAtZero,
    'bottleneck-adapter': 'it starts near zero, as AdapterHub does',
  },
  2: { full: 'nothing is frozen' },
  3: {
    'feature-based': notMerged,
    'head-only': 'its base is as it was',
    'prompt-tuning': notMerged,
    'prefix-tuning': notMerged,
    'llama-adapter': notMerged,
    'bottleneck-adapter': notMerged,
    full: 'it is the base',
  },
  8: { 'feature-based': 'it is fitted in one go' },
  12: { 'feature-based': 'it is fitted in one go' },
  13: { 'feature-based': 'it is fitted in one go', 'head-only': 'no layer is on the way back' },
  10: {
    'feature-based': 'it is computed once anyway',
    'prompt-tuning': 'nothing below it is constant',
    'prefix-tuning': 'nothing below it is constant',
    ia3: 'nothing below it is constant',
    'bottleneck-adapter': 'nothing below it is constant',
  },
}

/** Why a law says nothing about a combination; null where it applies. Writing on from a cache is cached whatever trains. */
export function whyNot(law: Law, { strategy, problem }: Combination): string | null {
  if (law === 10 && problem === 'instruction') return null
  return reasons[law]?.[strategy] ?? null
}

/**
 * What a law is tested on: laws of the forward pass and of writing on all architectures, those of training on the five
 * that are not another with a different config.
 */
export function bound(law: Law): Combination[] {
  return everyCombination.filter((combination) => {
    const everywhere = [1, 3, 4, 9].includes(law) || (law === 10 && combination.problem === 'instruction')
    if (law === 12 && !meetsEveryOperation(combination)) return false
    return whyNot(law, combination) === null && (everywhere || isTrained(combination))
  })
}

/**
 * What webgpu is compared on where software stands in for the card, which takes seconds for each: left out are the architectures
 * and answers that send the card the same operations in other sizes.
 */
export function boundOnSoftwareCard(law: Law): Combination[] {
  return bound(law).filter(meetsEveryOperation)
}

/** Operations know nothing of architectures: an encoder that reads and a decoder that writes meet every one. */
function meetsEveryOperation({ architecture, problem }: Combination): boolean {
  return (
    (architecture === 'roberta' && problem === 'single-label') ||
    (architecture === 'llama' && problem === 'instruction')
  )
}

/** The names of tests, from which the table is counted: "law 9, padding: lora on bert, regression". */
export function lawTitle(law: Law): string {
  return `law ${law}, ${laws[law]}: $name`
}
