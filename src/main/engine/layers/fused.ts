/**
 * Operations that a backend may have in one kernel of its own, for which TensorFlow.js needs many that each pass over
 * memory. Layers ask for them and compute the same from plain operations where the backend has none.
 */
import type { Tensor } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'

/** What goes in and comes out, all float32. Gradients are told by the layers. */
export interface FusedKernels {
  /** x times the normal distribution function of x. */
  FinoGelu: { inputs: 'x'; outputs: [y: Tensor] }
  FinoGeluGradient: { inputs: 'x' | 'dy'; outputs: [dx: Tensor] }
  /** x of [rows, width]; statistics are [rows, 2] for the gradient. */
  FinoNormalize: { inputs: 'x' | 'gain' | 'bias'; outputs: [y: Tensor, statistics: Tensor] }
  FinoNormalizeGradient: {
    inputs: 'x' | 'statistics' | 'gain' | 'dy'
    outputs: [dx: Tensor, dGain: Tensor, dBias: Tensor]
  }
  /** [rows, in] x [in, out] + [out]. */
  FinoLinear: { inputs: 'x' | 'weight' | 'bias'; outputs: [y: Tensor] }
  /** Attributes threshold, kept, and state of the generator, which moves on. */
  FinoDropout: { inputs: 'x'; outputs: [y: Tensor] }
  FinoSumOfSquares: { inputs: 'x'; outputs: [sum: Tensor] }
}

export function hasFused(name: keyof FusedKernels): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined
}

export function runFused<Name extends keyof FusedKernels>(
  name: Name,
  inputs: Readonly<Record<FusedKernels[Name]['inputs'], Tensor>>,
  attributes: Readonly<Record<string, number | Uint32Array>> = {},
): FusedKernels[Name]['outputs'] {
  const outputs: Tensor | Tensor[] = tf.engine().runKernel(name, inputs, attributes as object as tf.NamedAttrMap)
  return (Array.isArray(outputs) ? outputs : [outputs]) as FusedKernels[Name]['outputs']
}
