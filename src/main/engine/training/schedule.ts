/** Linear warm-up, then linear decay to zero, as transformers' get_linear_schedule_with_warmup. */

export interface Schedule {
  readonly learningRate: number
  readonly totalSteps: number
  readonly warmupSteps: number
}

/** `warmupShare` of `totalSteps` is rounded up, as transformers' Trainer does with warmup_ratio. */
export function createSchedule(learningRate: number, totalSteps: number, warmupShare: number): Schedule {
  return { learningRate, totalSteps, warmupSteps: Math.ceil(totalSteps * warmupShare) }
}

/** Learning rate of the step after `stepsDone` steps. */
export function learningRateAfter(schedule: Schedule, stepsDone: number): number {
  const { learningRate, totalSteps, warmupSteps } = schedule
  if (stepsDone < warmupSteps) return learningRate * (stepsDone / Math.max(1, warmupSteps))
  return learningRate * Math.max(0, (totalSteps - stepsDone) / Math.max(1, totalSteps - warmupSteps))
}

/** What so many steps of weight decay leave of a value that changes by nothing else. */
export function decayAfter(schedule: Schedule, steps: number, weightDecay: number): number {
  let left = 1
  for (let done = 0; done < steps; done++) left *= 1 - learningRateAfter(schedule, done) * weightDecay
  return left
}
