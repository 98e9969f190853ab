import type { DataId, Tensor, Tensor2D, TensorInfo } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { activate } from '../../../src/main/engine/layers/activation'
import { dropout } from '../../../src/main/engine/layers/dropout'
import { hasFused } from '../../../src/main/engine/layers/fused'
import { linear } from '../../../src/main/engine/layers/linear'
import { normalize } from '../../../src/main/engine/layers/normalization'
import { createRandom } from '../../../src/main/engine/random'
import { clipFactor, globalNorm } from '../../../src/main/engine/training/clipping'
import { createAdamW } from '../../../src/main/engine/training/optimizer'
import { Failure } from '../../../src/shared/failure'
import { startBackend } from '../../support/backend'

const random = createRandom('wasm')

function values(shape: readonly number[]): Float32Array {
  return Float32Array.from({ length: shape.reduce((size, length) => size * length, 1) }, () => random.normal())
}

interface Input {
  readonly shape: number[]
  readonly data: Float32Array
}

const input = (...shape: number[]): Input => ({ shape, data: values(shape) })

/** The value of `compute` and its gradients by all inputs, on one backend. */
async function run(id: 'cpu' | 'wasm', inputs: readonly Input[], compute: (...xs: Tensor[]) => Tensor) {
  await startBackend(id)
  const before = tf.memory().numTensors
  const { value, grads } = tf.tidy(() => {
    const tensors = inputs.map(({ data, shape }) => tf.tensor(data, shape))
    // Weights that differ from place to place, so that a gradient at a wrong place shows.
    const weighted = (...xs: Tensor[]) => {
      const y = compute(...xs)
      return tf.sum(tf.mul(y, tf.cos(tf.reshape(tf.range(0, y.size), y.shape))))
    }
    return { value: compute(...tensors), grads: tf.grads(weighted)(tensors) }
  })
  const results = [value, ...grads]
  const arrays = await Promise.all(results.map(async (tensor) => ({ shape: tensor.shape, data: await tensor.data() })))
  tf.dispose(results)
  expect(tf.memory().numTensors).toBe(before)
  return arrays
}

async function expectSame(inputs: readonly Input[], compute: (...xs: Tensor[]) => Tensor): Promise<void> {
  const expected = await run('cpu', inputs, compute)
  const found = await run('wasm', inputs, compute)
  for (const [index, { shape, data }] of found.entries()) {
    const reference = expected[index]
    expect(shape).toEqual(reference?.shape)
    const scale = Math.max(1, ...(reference?.data ?? []).map(Math.abs))
    const difference = Math.max(...data.map((value, place) => Math.abs(value - (reference?.data[place] ?? Number.NaN))))
    expect(difference / scale).toBeLessThan(3e-6)
  }
}

describe('matrix products', () => {
  const shapes: [name: string, a: number[], b: number[], transposeA: boolean, transposeB: boolean][] = [
    ['a plain pair', [5, 7], [7, 3], false, false],
    ['the left one transposed', [7, 5], [7, 3], true, false],
    ['the right one transposed', [5, 7], [3, 7], false, true],
    ['both transposed', [7, 5], [3, 7], true, true],
    ['single rows and columns', [1, 1], [1, 1], true, true],
    ['a stack of pairs', [4, 5, 7], [4, 7, 3], false, false],
    ['heads of attention, keys transposed', [2, 3, 5, 4], [2, 3, 6, 4], false, true],
    ['heads of attention, queries transposed', [2, 3, 4, 5], [2, 3, 4, 6], true, false],
    ['larger than a block', [70, 130], [130, 90], false, false],
  ]
  test.each(shapes)('%s', async (_, aShape, bShape, transposeA, transposeB) => {
    await expectSame([input(...aShape), input(...bShape)], (a, b) => tf.matMul(a, b, transposeA, transposeB))
  })

  test.each([
    ['one left factor for a stack', [1, 5, 7], [4, 7, 3]],
    ['one right factor for a stack', [4, 5, 7], [1, 7, 3]],
  ])('%s (TensorFlow.js has no gradient for it)', async (_, aShape, bShape) => {
    const [a, b] = [input(...aShape), input(...bShape)]
    const results: (readonly number[])[] = []
    for (const id of ['cpu', 'wasm'] as const) {
      await startBackend(id)
      const product = tf.tidy(() => tf.matMul(tf.tensor(a.data, a.shape), tf.tensor(b.data, b.shape)))
      results.push(product.shape, Array.from(await product.data()))
      product.dispose()
    }
    const [shape, expected, foundShape, found] = results
    expect(foundShape).toEqual(shape)
    for (const [place, value] of (found ?? []).entries()) expect(value).toBeCloseTo(expected?.[place] ?? Number.NaN, 4)
  })

  test('factors that do not fit are refused', async () => {
    await startBackend('wasm')
    expect(() => tf.matMul(tf.ones([2, 3]), tf.ones([2, 3]))).toThrow(/fit/)
    expect(() => tf.matMul(tf.ones([2, 1, 3, 3]), tf.ones([1, 2, 3, 3]))).toThrow(/stacks of one size/)
  })

  // The library keeps a packed right factor by the id of its data, which a reshape shares.
  test('the same data as right factor in two shapes', async () => {
    await startBackend('wasm')
    const data = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2])
    const first = tf.matMul(tf.ones([1, 3]) as Tensor2D, data)
    const second = tf.matMul(tf.eye(2), tf.reshape(data, [2, 3]) as Tensor2D)
    expect(Array.from(await first.data())).toEqual([9, 12])
    expect(Array.from(await second.data())).toEqual([1, 2, 3, 4, 5, 6])
    tf.dispose([data, first, second])
  })

  test('the data that a variable is assigned replaces what was multiplied before', async () => {
    await startBackend('wasm')
    const variable = tf.variable(tf.ones([2, 2]))
    for (const scale of [2, 3]) {
      tf.tidy(() => variable.assign(tf.mul(tf.ones([2, 2]), scale)))
      const product = tf.matMul(tf.ones([1, 2]), variable as Tensor2D)
      expect(Array.from(await product.data())).toEqual([2 * scale, 2 * scale])
      product.dispose()
    }
    variable.dispose()
  })
})

describe('layers with kernels of their own are what the plain operations are, and so are their gradients', () => {
  // Widths that are no multiple of the four values that go together, and some that are.
  const pieces: [name: string, inputs: number[][], compute: (...xs: Tensor[]) => Tensor][] = [
    ['GELU', [[7, 9]], (x) => activate(tf.mul(x as Tensor2D, 3), 'gelu')],
    ['GELU far from zero', [[5, 8]], (x) => activate(tf.mul(x as Tensor2D, 40), 'gelu')],
    ['layer norm', [[5, 6], [6], [6]], (x, g, b) => normalize(x as Tensor2D, g as Tensor, b as Tensor, 1e-12)],
    [
      'wide layer norm',
      [[3, 384], [384], [384]],
      (x, g, b) => normalize(x as Tensor2D, g as Tensor, b as Tensor, 1e-5),
    ],
    ['linear map', [[5, 7], [7, 3], [3]], (x, w, b) => linear(x as Tensor2D, w as Tensor, b as Tensor)],
    ['large linear map', [[250, 400], [400, 18], [18]], (x, w, b) => linear(x as Tensor2D, w as Tensor, b as Tensor)],
    ['heads apart', [[2, 3, 4, 5]], (x) => tf.transpose(x as Tensor, [0, 2, 1, 3])],
    ['sums over rows', [[7, 5]], (x) => tf.sum(x as Tensor, 0)],
    ['sums over two axes, kept', [[2, 3, 6]], (x) => tf.sum(x as Tensor, [0, 1], true)],
  ]
  test.each(pieces)('%s', async (_, shapes, compute) => {
    await expectSame(
      shapes.map((shape) => input(...shape)),
      compute,
    )
  })

  test.each([[[4, 6]], [[3, 5]]])('dropout of %o draws the same, and as much', async (shape) => {
    const left: number[] = []
    await expectSame([input(...shape)], (x) => {
      const own = createRandom('masks')
      const dropped = dropout(x as Tensor, 0.3, { training: true, random: own })
      left.push(own.bits())
      return dropped
    })
    expect(new Set(left).size).toBe(1)
  })

  test('all of them are there', async () => {
    await startBackend('wasm')
    expect(hasFused('FinoGelu') && hasFused('FinoNormalize') && hasFused('FinoLinear')).toBe(true)
    expect(hasFused('FinoDropout') && hasFused('FinoSumOfSquares')).toBe(true)
    await startBackend('cpu')
    expect(hasFused('FinoGelu')).toBe(false)
  })

  test('AdamW with clipping, of what others share too', async () => {
    const [start, slope] = [values([5, 3]), values([5, 3])]
    const results: { value: Float32Array; before: Float32Array }[] = []
    for (const id of ['cpu', 'wasm'] as const) {
      await startBackend(id)
      const variable = tf.tidy(() => tf.variable(tf.tensor(start, [5, 3])))
      const shared = tf.clone(variable as Tensor)
      const optimizer = createAdamW([{ name: 'w', variable, decays: true }], { weightDecay: 0.1 })
      for (let step = 0; step < 3; step++) {
        tf.tidy(() => {
          const gradients = { w: tf.tensor(slope, [5, 3]) }
          optimizer.apply(gradients, 0.1, clipFactor(globalNorm(gradients), 0.5))
        })
      }
      results.push({ value: (await variable.data()) as Float32Array, before: (await shared.data()) as Float32Array })
      tf.dispose([variable, shared])
      optimizer.dispose()
    }
    const [expected, found] = results
    for (const [place, value] of (found?.value ?? []).entries())
      expect(value).toBeCloseTo(expected?.value[place] ?? 0, 6)
    expect(found?.before).toEqual(start)
  })
})

describe('table look-ups', () => {
  test.each([
    ['in a row', [3], [1, 4, 1]],
    ['in a batch, with repetitions', [2, 4], [0, 2, 2, 2, 5, 0, 2, 5]],
  ])('gradients are added up by row of the table: %s', async (_, shape, ids) => {
    await expectSame([input(6, 4)], (table) => tf.gather(table, tf.tensor(ids, shape, 'int32')))
  })

  test('sums are exact in memory that was used before', async () => {
    await startBackend('wasm')
    for (let round = 0; round < 3; round++) {
      tf.dispose(tf.fill([10_000, 8], Number.NaN))
      const sums = tf.unsortedSegmentSum(tf.ones([4, 8]), tf.tensor1d([1, 3, 3, 9_999], 'int32'), 10_000)
      const [total] = await tf.tidy(() => tf.sum(sums)).data()
      expect(total).toBe(32)
      sums.dispose()
    }
  })
})

describe('what else an encoder computes', () => {
  const pieces: [name: string, inputs: number[][], compute: (...xs: Tensor[]) => Tensor][] = [
    ['softmax', [[2, 3, 5]], (x) => tf.softmax(x as Tensor)],
    ['log-softmax', [[3, 5]], (x) => tf.logSoftmax(x as Tensor)],
    ['error function', [[4, 6]], (x) => tf.erf(x as Tensor)],
    ['hyperbolic tangent', [[4, 6]], (x) => tf.tanh(x as Tensor)],
    ['rectifier', [[4, 6]], (x) => tf.relu(x as Tensor)],
    ['mean and variance', [[4, 6]], (x) => tf.mean(tf.square(tf.sub(x as Tensor, tf.mean(x as Tensor, -1, true))), -1)],
    ['reciprocal root', [[4, 6]], (x) => tf.rsqrt(tf.add(tf.square(x as Tensor), 1))],
    ['scale and shift', [[4, 6], [6], [6]], (x, g, b) => tf.add(tf.mul(x as Tensor, g as Tensor), b as Tensor)],
    ['heads apart', [[2, 5, 6]], (x) => tf.transpose(tf.reshape(x as Tensor, [2, 5, 3, 2]), [0, 2, 1, 3])],
    ['first position', [[2, 5, 6]], (x) => tf.slice(x as Tensor, [0, 0, 0], [2, 1, 6])],
    ['sums over axes', [[2, 5, 6]], (x) => tf.sum(x as Tensor, [0, 1])],
    ['largest', [[3, 7]], (x) => tf.max(x as Tensor, -1)],
    [
      'concatenation',
      [
        [2, 3],
        [2, 4],
      ],
      (x, y) => tf.concat([x as Tensor, y as Tensor], 1),
    ],
    [
      'quotient',
      [
        [3, 4],
        [3, 1],
      ],
      (x, y) => tf.div(x as Tensor, tf.add(tf.square(y as Tensor), 1)),
    ],
  ]
  test.each(pieces)('%s', async (_, shapes, compute) => {
    await expectSame(
      shapes.map((shape) => input(...shape)),
      compute,
    )
  })

  test('a softmax over scores with padding has no NaN', async () => {
    await startBackend('wasm')
    const scores = tf.tensor2d(
      [3, -3.4028234663852886e38, 40, -3.4028234663852886e38, -3.4028234663852886e38, -20],
      [2, 3],
    )
    const weights = tf.softmax(scores)
    const [a = 0, b, c = 0, d, e, f] = await weights.data()
    expect([b, d, e, f]).toEqual([0, 0, 0, 1])
    expect(a + c).toBeCloseTo(1, 6)
    tf.dispose([scores, weights])
  })
})

describe('the limit of memory', () => {
  // Left to itself the library goes on at address 0 and overwrites other tensors.
  test.each([
    ['one tensor that is too large', 0, 2 ** 30],
    ['one large tensor too many', 2, 475_000_000],
    ['one small tensor too many', 14, 2 ** 26],
  ])('%s ends in a failure, and other tensors stay as they are', async (_, others, size) => {
    await startBackend('wasm')
    const kept = tf.tensor1d([1, 2, 3])
    const before = tf.memory().numTensors
    // Taken but never written, so that the test needs no such memory itself.
    const backend = tf.backend() as unknown as {
      makeOutput(shape: number[], type: 'float32'): TensorInfo
      getMemoryOffset(dataId: DataId): number
      disposeData(dataId: DataId): void
    }
    const taken = Array.from({ length: others }, () => backend.makeOutput([size], 'float32'))
    const work = () => tf.tidy(() => tf.fill([size], 7))
    expect(work).toThrow(Failure)
    expect(work).toThrow(/smaller batch size/)
    const ends = taken.map(({ dataId }) => backend.getMemoryOffset(dataId) + size * 4)
    for (const end of ends) expect(end).toBeLessThan(2 ** 32)
    for (const { dataId } of taken) backend.disposeData(dataId)
    expect(tf.memory().numTensors).toBe(before)
    expect(Array.from(await kept.data())).toEqual([1, 2, 3])
    kept.dispose()
  })
})

describe('training', () => {
  const [vocabulary, batch, time, width, heads, classes] = [40, 4, 6, 16, 2, 3]
  const ids = Int32Array.from({ length: batch * time }, () => random.integer(vocabulary))
  const shapes: Record<string, number[]> = {
    words: [vocabulary, width],
    query: [width, width],
    key: [width, width],
    value: [width, width],
    output: [width, width],
    up: [width, 4 * width],
    down: [4 * width, width],
    head: [width, classes],
  }
  const start = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, values(shape)]))

  /** An encoder of one layer with a classifier, trained by plain gradient descent: the loss at every step. */
  async function train(id: 'cpu' | 'wasm', steps: number): Promise<number[]> {
    await startBackend(id)
    const w = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        tf.variable(tf.mul(tf.tensor(start[name] ?? [], shape), 0.3)),
      ]),
    ) as Record<string, tf.Variable>
    const by = (x: Tensor, name: string) => tf.matMul(x as Tensor2D, w[name] as unknown as Tensor2D)
    const split = (x: Tensor) => tf.transpose(tf.reshape(x, [batch, time, heads, width / heads]), [0, 2, 1, 3])
    const normalize = (x: Tensor) => {
      const centered = tf.sub(x, tf.mean(x, -1, true))
      return tf.mul(centered, tf.rsqrt(tf.add(tf.mean(tf.square(centered), -1, true), 1e-12)))
    }
    const gelu = (x: Tensor) => tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5))
    const loss = () => {
      const x = normalize(tf.gather(w.words as Tensor, tf.tensor1d(ids, 'int32')))
      const [q, k, v] = ['query', 'key', 'value'].map((name) => split(by(x, name))) as [Tensor, Tensor, Tensor]
      const attention = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / heads)))
      const mixed = tf.reshape(tf.transpose(tf.matMul(attention, v), [0, 2, 1, 3]), [batch * time, width])
      const attended = normalize(tf.add(x, by(mixed, 'output')))
      const hidden = normalize(tf.add(attended, by(gelu(by(attended, 'up')), 'down')))
      const first = tf.reshape(tf.slice(tf.reshape(hidden, [batch, time, width]), [0, 0, 0], [batch, 1, width]), [
        batch,
        width,
      ])
      const targets = tf.oneHot(tf.tensor1d([0, 1, 2, 0], 'int32'), classes)
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(by(first, 'head')), targets), -1))) as tf.Scalar
    }

    const losses: number[] = []
    const before = tf.memory().numTensors
    for (let step = 0; step < steps; step++) {
      const value = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(loss)
        for (const variable of Object.values(w)) {
          const gradient = grads[variable.name]
          if (gradient) variable.assign(tf.sub(variable as Tensor, tf.mul(gradient, 0.05)))
        }
        return value
      })
      losses.push((await value.data())[0] ?? Number.NaN)
      value.dispose()
    }
    expect(tf.memory().numTensors).toBe(before)
    tf.dispose(w)
    return losses
  }

  test('thirty full steps follow those of the cpu backend, and the loss falls', async () => {
    const expected = await train('cpu', 30)
    const found = await train('wasm', 30)
    for (const [step, loss] of found.entries()) expect(loss).toBeCloseTo(expected[step] ?? Number.NaN, 4)
    expect(found.at(-1)).toBeLessThan((found[0] ?? 0) / 2)
  })
})
