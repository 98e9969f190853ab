/** Named tensors: the frozen base (`Weights`) and all that trains (`Parameters`), both under Hugging Face names. */
import type { Tensor, Variable } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'

/**
 * Frozen tensors by Hugging Face name ("bert.encoder.layer.0.attention.self.query.weight").
 * Linear weights are held as [in, out] (the fast layout of every backend); formats/ turns them to the file's [out, in].
 */
export type Weights = Readonly<Record<string, Tensor>>

export interface Parameter {
  readonly name: string
  readonly variable: Variable
  /** False for biases, normalization and other parameters that weight decay must leave alone. */
  readonly decays: boolean
  /** What the learning rate is multiplied by for this one; 1 where it is absent. */
  readonly learningRateScale?: number
}

/** All that trains and all that is saved, in a fixed order. */
export type Parameters = readonly Parameter[]

/** A new parameter. `next` gives its values one after the other: draw them from a fork of its own name, or say 0. */
export function createParameter(
  name: string,
  shape: readonly number[],
  decays: boolean,
  next: () => number,
): Parameter {
  const size = shape.reduce((product, length) => product * length, 1)
  const start = Float32Array.from({ length: size }, next)
  return { name, variable: tf.tidy(() => tf.variable(tf.tensor(start, [...shape], 'float32'))), decays }
}

export function countParameters(parameters: Parameters): number {
  return parameters.reduce((sum, { variable }) => sum + variable.size, 0)
}

/** The tensor of that name; its absence is a mistake in Fino, since loading checks every name. */
export function tensorOf(weights: Weights, name: string): Tensor {
  const tensor = weights[name]
  if (!tensor) throw new Error(`needs the tensor ${name}; has ${Object.keys(weights).length} others`)
  return tensor
}
