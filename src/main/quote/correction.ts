/** Learns from finished runs how far estimates are off on this machine, and how sure the next one can be. */
import type { Experience, Quote } from '../../shared/quote'

/** An estimate times `center` is the best guess; times low and high, its range. */
export interface Factor {
  low: number
  center: number
  high: number
}

export interface Correction {
  seconds: Factor
  memory: Factor
}

/** What runs have in common that teach of each other. */
export type Alike = Pick<Experience, 'strategy' | 'adapts' | 'backend' | 'basis'>

/** How far off an estimate may be, either way, before anything was learnt. */
const untaught: Readonly<Record<Quote['basis'], { seconds: number; memory: number }>> = {
  prior: { seconds: 2.5, memory: 1.6 },
  probe: { seconds: 1.3, memory: 1.4 },
}
/** No range is narrower than this: the machine has other things to do, too. */
const narrowest = 1.1
/** Runs of the same kind and strategy that are needed before others are left aside. */
const enoughOfTheSame = 2
/** Only what the machine did lately counts. */
const remembered = 12

/** @param experiences finished runs, the latest first */
export function learnCorrection(experiences: readonly Experience[], wanted: Alike): Correction {
  // A dictionary runs no model: what one took says nothing of the others, nor the other way round.
  const alike = ({ strategy, backend, basis }: Experience) =>
    backend === wanted.backend &&
    basis === wanted.basis &&
    (strategy === 'dictionary') === (wanted.strategy === 'dictionary')
  const comparable = experiences.filter(alike)
  const same = comparable.filter(({ strategy, adapts }) => strategy === wanted.strategy && adapts === wanted.adapts)
  const used = (same.length >= enoughOfTheSame ? same : comparable).slice(0, remembered)
  const { seconds, memory } = untaught[wanted.basis]
  return {
    seconds: factorOf(
      used.map((run) => run.actualSeconds / run.estimatedSeconds),
      seconds,
    ),
    memory: factorOf(
      used.map((run) => run.actualMemoryBytes / run.estimatedMemoryBytes),
      memory,
    ),
  }
}

/** How well earlier quotes did: the median relative error of the time that people were told. Null without any. */
export function trackRecord(experiences: readonly Experience[]): Quote['trackRecord'] {
  const recent = experiences.slice(0, remembered)
  if (recent.length === 0) return null
  const errors = recent.map((run) => Math.abs(run.quotedSeconds - run.actualSeconds) / run.actualSeconds)
  return { runs: recent.length, medianTimeError: median(errors) }
}

/**
 * The median ratio, in a range that narrows with every run that is learnt from, and stays as wide as twice the median
 * distance of the ratios from it (on the logarithmic scale, as factors go).
 */
function factorOf(ratios: readonly number[], width: number): Factor {
  const usable = ratios.filter((ratio) => Number.isFinite(ratio) && ratio > 0)
  if (usable.length === 0) return { low: 1 / width, center: 1, high: width }
  const center = median(usable)
  const scatter = median(usable.map((ratio) => Math.abs(Math.log(ratio / center))))
  const factor = Math.max(narrowest, width ** (1 / (1 + usable.length)), Math.exp(2 * scatter))
  return { low: center / factor, center, high: center * factor }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
