/** Turns what the training loop says into progress for people and points for curves. */
import type { MetricPoint, Progress } from '../../../shared/run'
import type { TrainingEvent } from '../../engine/training/events'

export interface Tracker {
  take(event: TrainingEvent): { progress: Progress; points: MetricPoint[] }
}

/** Steps over which speed is averaged. */
const window = 20
/** A forward pass costs about a third of a training step on the same tokens. */
const evaluationShare = 1 / 3

/**
 * @param clock milliseconds
 * @param sizes texts in each split: they tell how long an evaluation takes before there was one
 */
export function createTracker(
  clock: () => number,
  sizes: { train: number; validation: number; test: number; epochs: number; stepsPerEpoch: number },
): Tracker {
  const startedAt = clock()
  const recent: { tokens: number; seconds: number }[] = []
  let latest: Pick<Progress, 'phase' | 'step' | 'totalSteps' | 'epoch' | 'phaseShare'> = {
    phase: 'loading',
    step: 0,
    totalSteps: sizes.epochs * sizes.stepsPerEpoch,
    epoch: 0,
    phaseShare: 0,
  }
  let evaluationSeconds: number | null = null

  const sums = () => ({
    tokens: recent.reduce((sum, { tokens }) => sum + tokens, 0),
    seconds: recent.reduce((sum, { seconds }) => sum + seconds, 0),
  })

  /** Steps, evaluations and the final test; null before the first step. */
  function remainingSeconds(): number | null {
    if (recent.length === 0) return null
    const stepSeconds = sums().seconds / recent.length
    const textSeconds =
      evaluationSeconds === null
        ? (stepSeconds * sizes.stepsPerEpoch * evaluationShare) / Math.max(1, sizes.train)
        : evaluationSeconds / Math.max(1, sizes.validation)
    const evaluations = Math.max(0, sizes.epochs - Math.floor(latest.epoch))
    const texts = evaluations * sizes.validation + sizes.test
    return (latest.totalSteps - latest.step) * stepSeconds + texts * textSeconds
  }

  return {
    take(event) {
      const points: MetricPoint[] = []
      switch (event.kind) {
        case 'phase':
          latest = { ...latest, phase: event.phase, phaseShare: event.total === 0 ? 1 : event.done / event.total }
          break
        case 'step': {
          const { step, totalSteps, epoch, loss, learningRate, gradientNorm, tokens, seconds } = event
          recent.push({ tokens, seconds })
          if (recent.length > window) recent.shift()
          latest = { phase: 'training', step, totalSteps, epoch, phaseShare: totalSteps === 0 ? 1 : step / totalSteps }
          points.push({ step, name: 'train/loss', value: loss })
          if (learningRate !== null) points.push({ step, name: 'train/learning-rate', value: learningRate })
          points.push({ step, name: 'train/gradient-norm', value: gradientNorm })
          break
        }
        case 'evaluation': {
          const { step, metrics } = event.evaluation
          evaluationSeconds = event.seconds
          points.push({ step, name: 'validation/loss', value: metrics.loss })
          points.push({ step, name: 'validation/accuracy', value: metrics.accuracy })
          points.push({ step, name: 'validation/macro-f1', value: metrics.macroF1 })
          break
        }
        case 'checkpoint':
          break
        default:
          event satisfies never
      }
      const { tokens, seconds } = sums()
      return {
        points,
        progress: {
          ...latest,
          tokensPerSecond: tokens > 0 && seconds > 0 ? tokens / seconds : null,
          remainingSeconds: remainingSeconds(),
          elapsedSeconds: (clock() - startedAt) / 1000,
          memoryBytes: process.memoryUsage.rss(),
        },
      }
    },
  }
}
