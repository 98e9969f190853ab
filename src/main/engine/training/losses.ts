/** What training makes small. Each is a mean, with its gradient in closed form. */
import {
  abs,
  add,
  customGrad,
  div,
  exp,
  gatherND,
  log,
  log1p,
  max,
  mean,
  mul,
  neg,
  range,
  relu,
  reshape,
  type Scalar,
  sigmoid,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensorScatterUpdate,
  tidy,
} from '@tensorflow/tfjs-core'

/**
 * Mean softmax cross-entropy with integer labels, natural logarithm. The gradient is (softmax - one-hot) * share; the
 * one-hot, as large as the logits, is never made.
 * @param logits [rows, classes]
 * @param labels int32 [rows], each in [0, classes)
 * @param shares of each row in a weighted mean, [rows]; null = all the same
 */
export function crossEntropy(logits: Tensor2D, labels: Tensor1D, shares: Tensor1D | null = null): Scalar {
  const [rows] = logits.shape
  const chosen = placesOf(labels)
  const loss = customGrad((x, save) => {
    const logProbabilities = logSoftmax(x as Tensor2D)
    ;(save as (tensors: Tensor[]) => void)([logProbabilities, chosen, ...(shares ? [shares] : [])])
    const likelihoods = gatherND(logProbabilities, chosen)
    const value = neg(shares ? sum(mul(likelihoods, shares)) : mean(likelihoods))
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [kept, at, weights] = saved as [Tensor, Tensor, Tensor?]
      const probabilities = exp(kept)
      const difference = tensorScatterUpdate(probabilities, at, sub(gatherND(probabilities, at), 1))
      return mul(difference, weights ? mul(dy, reshape(weights, [rows, 1])) : div(dy, rows))
    }
    return { value, gradFunc }
  })
  return loss(logits) as Scalar
}

/**
 * Log-probability of each row's label.
 * @param logits [rows, classes]
 * @param labels int32 [rows]
 */
export function logLikelihoods(logits: Tensor2D, labels: Tensor1D): Tensor1D {
  return tidy(() => gatherND(logSoftmax(logits), placesOf(labels)) as Tensor1D)
}

/**
 * Mean binary cross-entropy over all entries, natural logarithm, as torch's BCEWithLogitsLoss.
 * @param logits [rows, classes]
 * @param targets [rows, classes] of 0 and 1
 */
export function binaryCrossEntropy(logits: Tensor2D, targets: Tensor2D): Scalar {
  const loss = customGrad((x, save) => {
    const z = x as Tensor
    ;(save as (tensors: Tensor[]) => void)([z, targets])
    // max(z, 0) - z y + log(1 + e^-|z|): no exponential overflows
    const value = mean(add(sub(relu(z), mul(z, targets)), log1p(exp(neg(abs(z))))))
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [kept, right] = saved as [Tensor, Tensor]
      return mul(sub(sigmoid(kept), right), div(dy, kept.size))
    }
    return { value, gradFunc }
  })
  return loss(logits) as Scalar
}

/** Mean over all entries. */
export function meanSquaredError(values: Tensor2D, targets: Tensor2D): Scalar {
  return mean(square(sub(values, targets)))
}

/** The largest logit is subtracted first, so no exponential overflows. */
function logSoftmax(logits: Tensor2D): Tensor2D {
  return tidy(() => {
    const shifted = sub(logits, max(logits, 1, true))
    return sub(shifted, log(sum(exp(shifted), 1, true)))
  })
}

/** Index pairs [row, label], int32 [rows, 2]. */
function placesOf(labels: Tensor1D): Tensor2D {
  return tidy(() => stack([range(0, labels.shape[0], 1, 'int32'), labels], 1) as Tensor2D)
}
