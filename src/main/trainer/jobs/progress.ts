/** Turns what the training loop says into progress for people and points for curves. */
import type { Metrics } from '../../../shared/result'
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
          for (const [name, value] of curvesOf(metrics)) points.push({ step, name, value })
          break
        }
        case 'left-out':
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

function curvesOf(metrics: Metrics): [MetricPoint['name'], number][] {
  const loss: [MetricPoint['name'], number] = ['validation/loss', metrics.loss]
  switch (metrics.kind) {
    case 'single-label':
      return [loss, ['validation/accuracy', metrics.accuracy], ['validation/macro-f1', metrics.macroF1]]
    case 'multi-label':
      return [
        loss,
        ['validation/micro-f1', metrics.microF1],
        ['validation/macro-f1', metrics.macroF1],
        ['validation/exact-match', metrics.exactMatch],
      ]
    case 'regression':
      return [loss, ['validation/r2', metrics.r2], ['validation/mean-squared-error', metrics.meanSquaredError]]
    case 'instruction':
    case 'language':
      return [loss, ['validation/perplexity', metrics.perplexity], ['validation/token-accuracy', metrics.tokenAccuracy]]
    default:
      return metrics satisfies never
  }
}
