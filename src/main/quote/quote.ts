/** Puts an estimate and what was learnt into the range that a person is told. */
import type { BackendId } from '../../shared/device'
import type { Experience, Quote } from '../../shared/quote'
import type { Recipe } from '../../shared/recipe'
import type { StrategyDescription } from '../../shared/strategy'
import { type Alike, learnCorrection, trackRecord } from './correction'
import type { Estimate } from './prior'

const tightShare = 0.92
const fitsShare = 0.75

export interface QuoteFacts {
  estimate: Estimate
  basis: Quote['basis']
  backend: BackendId
  strategy: Pick<StrategyDescription, 'id' | 'trainableParameters' | 'totalParameters'>
  recipe: Pick<Recipe, 'task' | 'epochs' | 'patience'>
  experiences: readonly Experience[]
  freeMemoryBytes: number
}

export function makeQuote(facts: QuoteFacts): Quote {
  const { estimate, basis, backend, strategy, recipe, experiences, freeMemoryBytes } = facts
  const correction = learnCorrection(experiences, { strategy: strategy.id, adapts: adapts(recipe), backend, basis })
  const memoryBytes = {
    low: Math.round(estimate.memoryBytes * correction.memory.low),
    high: Math.round(estimate.memoryBytes * correction.memory.high),
  }
  const guard = guardOf(memoryBytes.high, freeMemoryBytes)
  return {
    strategy: strategy.id,
    backend,
    trainableParameters: strategy.trainableParameters,
    totalParameters: strategy.totalParameters,
    memoryBytes,
    seconds: {
      low: secondsOf(estimate, fewestEpochs(recipe)) * correction.seconds.low,
      high: secondsOf(estimate, recipe.epochs) * correction.seconds.high,
    },
    diskBytes: Math.round(estimate.diskBytes),
    fits: guard !== 'too-big',
    guard,
    freeMemoryBytes,
    steps: estimate.steps,
    basis,
    trackRecord: trackRecord(experiences),
  }
}

export function secondsOf({ fixedSeconds, secondsPerEpoch }: Estimate, epochs: number): number {
  return fixedSeconds + secondsPerEpoch * epochs
}

/** What a person was told for `epochs` epochs, as one number: the estimate corrected by the middle of what was learnt. */
export function quotedSeconds(
  estimate: Estimate,
  epochs: number,
  experiences: readonly Experience[],
  wanted: Alike,
): number {
  return secondsOf(estimate, epochs) * learnCorrection(experiences, wanted).seconds.center
}

export function adapts({ task }: Pick<Recipe, 'task'>): boolean {
  return task === 'adaptation'
}

/** Early stopping may end a run once `patience` evaluations after the first were no better. */
function fewestEpochs({ epochs, patience }: QuoteFacts['recipe']): number {
  return patience > 0 ? Math.min(epochs, patience + 1) : epochs
}

function guardOf(neededBytes: number, freeBytes: number): Quote['guard'] {
  if (neededBytes <= fitsShare * freeBytes) return 'fits'
  return neededBytes <= tightShare * freeBytes ? 'tight' : 'too-big'
}
