/** Which evaluation is best, and the parameters as they were then. */
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import type { Metrics } from '../../../shared/result'
import type { Parameters } from '../parameters'
import { meritsOf } from './metrics'

export interface Evaluation {
  /** Optimizer steps done. */
  readonly step: number
  readonly epoch: number
  readonly metrics: Metrics
}

/** Values by parameter name. */
export type ParameterValues = Readonly<Record<string, Float32Array>>

/** The first merit in which the two differ decides. */
export function isBetter(evaluation: Evaluation, best: Evaluation | null): boolean {
  if (!best) return true
  const [ours, theirs] = [meritsOf(evaluation.metrics), meritsOf(best.metrics)]
  const at = ours.findIndex((merit, index) => merit !== theirs[index])
  return at >= 0 && (ours[at] as number) > (theirs[at] as number)
}

/** A copy in this process's memory. */
export async function readParameters(parameters: Parameters): Promise<ParameterValues> {
  const values: Record<string, Float32Array> = {}
  for (const { name, variable } of parameters) values[name] = (await variable.data()).slice() as Float32Array
  return values
}

/** Throws where a value is missing or of another size. */
export function assignParameters(parameters: Parameters, values: ParameterValues): void {
  for (const { name, variable } of parameters) {
    const value = values[name]
    if (value?.length !== variable.size) {
      throw new Error(`parameter ${name}: need ${variable.size} values, have ${value?.length}`)
    }
    tidy(() => variable.assign(tensor(value.slice(), variable.shape, 'float32') as Tensor))
  }
}
