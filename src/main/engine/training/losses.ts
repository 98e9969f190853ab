/** What training makes small. */
import {
  cast,
  customGrad,
  div,
  exp,
  log,
  max,
  mean,
  mul,
  oneHot,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core'

/**
 * Mean softmax cross-entropy with integer labels, natural logarithm. The largest logit is subtracted first, so no
 * exponential overflows; the gradient is the closed form (softmax - one-hot) / batch.
 * @param logits [batch, classes]
 * @param labels int32 [batch], each in [0, classes)
 */
export function crossEntropy(logits: Tensor2D, labels: Tensor1D): Scalar {
  const [batch, classes] = logits.shape
  const target = cast(oneHot(labels, classes), 'float32') // [batch, classes]
  const loss = customGrad((x, save) => {
    const shifted = sub(x as Tensor, max(x as Tensor, 1, true)) // [batch, classes]
    const logTotal = log(sum(exp(shifted), 1, true)) // [batch, 1]
    const logProbabilities = sub(shifted, logTotal)
    ;(save as (tensors: Tensor[]) => void)([logProbabilities, target])
    const value = mul(mean(sum(mul(logProbabilities, target), 1)), -1)
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [kept, hot] = saved as [Tensor, Tensor]
      return mul(sub(exp(kept), hot), div(dy, batch))
    }
    return { value, gradFunc }
  })
  return loss(logits) as Scalar
}
