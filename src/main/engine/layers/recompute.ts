/**
 * Mathematics of which nothing is kept for the way back but what it reads: there it is done once more, for its gradients
 * (Chen et al. 2016, arXiv:1604.06174).
 */
import type { GradSaveFunc, Tensor, TensorContainer } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { abilities } from '../backends/abilities'
import type { Random } from '../random'

/**
 * What `work` makes of what it reads beside variables, which it may reach for by itself; gradients are those of variables.
 * Dropout masks come from `random`, and are the same both times.
 */
export function recompute<Reading extends object, Result extends Tensor>(
  reading: Reading,
  random: Random,
  work: (reading: Reading) => Result,
): Result {
  const read = tf.tensor_util.getTensorsInContainer(reading as TensorContainer)
  const passing = onTheWay(read)
  const drawnFrom = random.state()
  const { value, variables } = watchVariables(() => work(reading), read)

  const again = (upstream: Tensor, copies: readonly Tensor[]): Tensor[] => {
    const copyOf = new Map(read.map((tensor, index) => [tensor, notBefore(upstream, copies[index] as Tensor)]))
    const wanted = [...passing.map((tensor) => copyOf.get(tensor) as Tensor), ...variables]
    const drawnSince = random.state()
    random.restore(drawnFrom)
    const { grads } = onOwnTape(() =>
      tf.engine().gradients(() => work(withTensors(reading, copyOf)), wanted, upstream, true),
    )
    random.restore(drawnSince)
    return wanted.map((tensor, index) => grads[index] ?? tf.zerosLike(tensor))
  }

  const operation = tf.customGrad((...inputs) => {
    const save = inputs.at(-1) as unknown as GradSaveFunc
    save(read)
    // Without tidy, all that is made on the way would stay until the whole backward pass is over.
    return { value, gradFunc: (upstream: Tensor, copies: Tensor[]) => tf.tidy(() => again(upstream, copies)) }
  })
  return operation(...passing, ...variables) as Result
}

/** Those that gradients flow through, since a variable is behind them. */
function onTheWay(tensors: readonly Tensor[]): Tensor[] {
  const learning = new Set<number>()
  const learns = (tensor: Tensor) => isTrained(tensor) || learning.has(tensor.id)
  for (const { inputs, outputs } of tf.engine().state.activeTape ?? []) {
    if (Object.values(inputs).some(learns)) for (const { id } of outputs) learning.add(id)
  }
  return tensors.filter(learns)
}

/** What `work` makes, with nothing kept of its way, and the variables that took part in it, beside those known. */
function watchVariables<Result extends Tensor>(
  work: () => Result,
  known: readonly Tensor[],
): { value: Result; variables: readonly Tensor[] } {
  return onOwnTape(() => {
    const { state } = tf.engine()
    try {
      const value = tf.tidy(work)
      const met = new Set(state.activeTape.flatMap(({ inputs }) => Object.values(inputs)))
      return { value, variables: [...met].filter((tensor) => isTrained(tensor) && !known.includes(tensor)) }
    } finally {
      tf.dispose(state.activeTape.flatMap(({ saved = [] }) => saved))
    }
  })
}

function isTrained(tensor: Tensor): boolean {
  return tensor instanceof tf.Variable && tensor.trainable
}

/** TensorFlow.js has one tape at a time. */
function onOwnTape<Result>(work: () => Result): Result {
  const { state } = tf.engine()
  const outer = state.activeTape
  state.activeTape = []
  try {
    return work()
  } finally {
    state.activeTape = outer
  }
}

/** Where a whole step is one graph, the second time would else come right after the first, and nothing be saved. */
function notBefore(other: Tensor, tensor: Tensor): Tensor {
  return abilities().notBefore?.(other, tensor) ?? tensor
}

function withTensors<Container>(container: Container, others: ReadonlyMap<Tensor, Tensor>): Container {
  if (container instanceof tf.Tensor) return (others.get(container) ?? container) as Container
  if (typeof container !== 'object' || container === null) return container
  const entries = Object.entries(container).map(([name, part]) => [name, withTensors(part, others)])
  return Object.fromEntries(entries) as Container
}
