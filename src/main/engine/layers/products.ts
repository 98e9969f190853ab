/**
 * Matrix products whose gradients are untransposed products too. TensorFlow.js' own gradient asks the kernel to
 * transpose, for which WebAssembly has only a loop many times slower than its kernel for plain products; ours transposes
 * explicitly. It is as exact, and each side's share is still computed only where something below it trains.
 */
import * as tf from '@tensorflow/tfjs-core'

/** The product of two tensors of one rank: [..., m, k] x [..., k, n] -> [..., m, n], with equal leading axes. */
export function multiply<Rank extends tf.Tensor>(a: Rank, b: Rank): Rank {
  // Not once at import: a backend that brings its own copy of TensorFlow.js registers that copy's gradients over ours.
  if (tf.getGradient(gradient.kernelName) !== gradient) tf.registerGradient(gradient)
  return tf.matMul(a, b)
}

const gradient: tf.GradConfig = {
  kernelName: 'BatchMatMul',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved, attributes) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor]
    const upstream = dy as tf.Tensor
    const { transposeA, transposeB } = attributes as unknown as { transposeA: boolean; transposeB: boolean }
    return {
      a: () => {
        const share = tf.matMul(upstream, transposeB ? b : swapLastAxes(b))
        return transposeA ? swapLastAxes(share) : share
      },
      b: () => {
        const share = tf.matMul(transposeA ? a : swapLastAxes(a), upstream)
        return transposeB ? swapLastAxes(share) : share
      },
    }
  },
}

function swapLastAxes(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis)
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2])
}
