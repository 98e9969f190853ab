/** How each number of a recipe may be set. */
import type { NumberField } from './strategy-fields'

export interface NumberRange {
  minimum: number
  maximum: number
  step: number
}

export const ranges: Record<NumberField, NumberRange> = {
  epochs: { minimum: 1, maximum: 1000, step: 1 },
  batchSize: { minimum: 1, maximum: 1024, step: 1 },
  accumulationSteps: { minimum: 1, maximum: 1024, step: 1 },
  maxLength: { minimum: 4, maximum: 8192, step: 16 },
  learningRate: { minimum: 0.0000001, maximum: 10, step: 0.0001 },
  weightDecay: { minimum: 0, maximum: 1, step: 0.01 },
  warmupShare: { minimum: 0, maximum: 1, step: 0.01 },
  clipNorm: { minimum: 0, maximum: 1000, step: 0.5 },
  patience: { minimum: 0, maximum: 1000, step: 1 },
  seed: { minimum: 0, maximum: 0xffffffff, step: 1 },
}
