/** Watches a run to its end: a progress line, Ctrl-C to stop and save, a second one to cancel. */
import type { Progress, Run } from '../../shared/run'
import type { Application } from '../application'
import { seconds } from './format'
import type { Output } from './output'

const phaseNames: Readonly<Record<Progress['phase'], string>> = {
  loading: 'Loading the model',
  encoding: 'Reading the texts',
  caching: 'Computing the frozen encoder',
  training: 'Training',
  evaluating: 'Evaluating',
  finalizing: 'Saving',
}

export async function followRun(application: Application, id: string, output: Output): Promise<Run> {
  const { runs } = application.features
  let loss: number | undefined
  const unsubscribe = application.subscribe((name, payload) => {
    if (name !== 'runs:progress') return
    const message = payload as { id: string; progress: Progress; points: { name: string; value: number }[] }
    if (message.id !== id) return
    loss = message.points.findLast((point) => point.name === 'train/loss')?.value ?? loss
    output.progress(progressLine(message.progress, loss), phaseNames[message.progress.phase])
  })

  let interruptions = 0
  const interrupt = () => {
    interruptions += 1
    try {
      if (interruptions === 1) {
        output.note('Stopping and saving. Press Ctrl-C again to cancel without saving.')
        runs.stop(id)
      } else {
        output.note('Cancelling.')
        runs.cancel(id)
      }
    } catch {
      // It ended by itself in the meantime.
    }
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    return await runs.settled(id)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    unsubscribe()
    output.endProgress()
  }
}

function progressLine(progress: Progress, loss: number | undefined): string {
  const { phase, step, totalSteps, phaseShare, tokensPerSecond, remainingSeconds } = progress
  const { smallerBatch, recomputeLayers } = progress
  const parts = [`${phaseNames[phase]} ${Math.round(100 * phaseShare)}%`]
  if (phase === 'training' && totalSteps > 0) parts.push(`step ${step}/${totalSteps}`)
  if (loss !== undefined) parts.push(`loss ${loss.toFixed(3)}`)
  if (tokensPerSecond !== null) parts.push(`${Math.round(tokensPerSecond)} tokens/s`)
  if (remainingSeconds !== null) parts.push(`${seconds(remainingSeconds)} left`)
  if (smallerBatch !== undefined) parts.push(`memory is short: ${smallerBatch} texts at a time`)
  if (recomputeLayers) parts.push('memory is short: layers computed twice')
  return parts.join('  ')
}
