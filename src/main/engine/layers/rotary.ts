/**
 * Rotary positions (Su et al. 2021, arXiv:2104.09864): each pair of a head's values is turned by an angle that grows with
 * the position. Pairs are a value of the first half with its counterpart in the second, as in Hugging Face's LLaMA.
 */
import type { GradSaveFunc, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { Rotary } from '../models/config'

export interface Angles {
  readonly cosine: Tensor2D // [time, size / 2]
  readonly sine: Tensor2D // [time, size / 2]
}

/** Of the positions `first` to `first + time`. In single precision step by step, as the models were trained. */
export function anglesOf(rotary: Rotary, size: number, first: number, time: number): Angles {
  const frequencies = frequenciesOf(rotary, size)
  const half = frequencies.length
  const angles = Float32Array.from(
    { length: time * half },
    (_, at) => (first + Math.floor(at / half)) * (frequencies[at % half] as number),
  )
  return {
    cosine: tf.tensor2d(angles.map(Math.cos), [time, half]),
    sine: tf.tensor2d(angles.map(Math.sin), [time, half]),
  }
}

/** Angle per position of each pair, scaled for texts longer than those first trained on. */
export function frequenciesOf({ theta, scaling }: Rotary, size: number): Float32Array {
  const plain = Float32Array.from({ length: size / 2 }, (_, pair) => 1 / Math.fround(theta ** ((2 * pair) / size)))
  if (scaling === null) return plain
  if (scaling.kind === 'linear') return plain.map((frequency) => frequency / scaling.factor)
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalMaximumLength } = scaling
  return plain.map((frequency) => {
    const turns = (originalMaximumLength * frequency) / (2 * Math.PI)
    if (turns > highFrequencyFactor) return frequency
    if (turns < lowFrequencyFactor) return frequency / factor
    const share = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return (1 - share) * (frequency / factor) + share * frequency
  })
}

/** Turns [batch, heads, time, size] by the angles of its positions. */
export function rotate(x: Tensor4D, { cosine, sine }: Angles): Tensor4D {
  const operation = tf.customGrad((...inputs) => {
    const [input, save] = inputs as [Tensor4D, GradSaveFunc]
    save([cosine, sine])
    // The gradient of a turn is the turn back.
    const gradFunc = (dy: Tensor, saved: Tensor[]) =>
      tf.tidy(() => turn(dy as Tensor4D, saved[0] as Tensor, tf.neg(saved[1] as Tensor)))
    return { value: turn(input, cosine, sine), gradFunc }
  })
  return operation(x) as Tensor4D
}

function turn(x: Tensor4D, cosine: Tensor, sine: Tensor): Tensor4D {
  const [batch, heads, time, size] = x.shape
  const shape = [batch, heads, time, size / 2] as [number, number, number, number]
  const [a, b] = [tf.slice(x, [0, 0, 0, 0], shape), tf.slice(x, [0, 0, 0, size / 2], shape)]
  const first = tf.sub(tf.mul(a, cosine), tf.mul(b, sine))
  const second = tf.add(tf.mul(b, cosine), tf.mul(a, sine))
  return tf.concat([first, second], 3) as Tensor4D
}
