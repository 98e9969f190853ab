import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { carryOut } from '../../../src/main/engine/backends/abilities'
import { globalNorm } from '../../../src/main/engine/training/clipping'
import { startBackend, tensorflowMissing } from '../../support/backend'
import { alwaysCompiled } from '../../support/compiled'

/** What the binding is asked for. */
interface Native {
  executeOp: (...input: never[]) => unknown
  loadSavedModel: (folder: string, tags: string) => number
  getNumOfTensors(): number
}
const nameNow = () => `work ${expect.getState().currentTestName}`

describe.skipIf(tensorflowMissing !== null)('work as a graph', () => {
  let restore = () => {}
  beforeEach(async () => {
    await startBackend('tensorflow')
    restore = alwaysCompiled()
    vi.spyOn(console, 'warn').mockImplementation(() => {})
  })
  afterEach(() => {
    restore()
    vi.restoreAllMocks()
  })
  const native = () => (tf.backend() as unknown as { binding: Native }).binding
  const run = <Result extends tf.TensorContainer>(work: () => Result) => carryOut({ name: nameNow(), times: 100 }, work)

  it('gives what operations give, on batches of every size', async () => {
    const weight = tf.tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    for (const rows of [
      [[1, 0, 2]],
      [
        [0, 1, 0],
        [2, 2, 2],
      ],
      [
        [7, 0, 0],
        [0, 0, 7],
        [1, 1, 1],
      ],
    ]) {
      const work = () => tf.sum(tf.relu(tf.matMul(tf.tensor2d(rows), weight)), 1)
      const [compiled, plain] = [run(work), tf.tidy(work)]
      expect(await compiled.data()).toEqual(await plain.data())
      tf.dispose([compiled, plain])
    }
    weight.dispose()
    expect(console.warn).not.toHaveBeenCalled()
  })

  it('is one run of the binding once its graph is there', () => {
    const x = tf.tensor1d([1, 2, 3])
    const work = () => tf.exp(tf.add(tf.square(x), 1))
    tf.dispose([run(work), run(work)])
    const [entries, backend] = [tf.memory().numTensors, tf.backend() as unknown as { binding: Native }]
    const executed: string[] = []
    const real = backend.binding
    backend.binding = new Proxy(real, {
      get: (target, key) => {
        executed.push(String(key))
        return Reflect.get(target, key)
      },
    })
    const result = run(work)
    backend.binding = real
    // As a session or, with FINO_GRAPHS=functions, as an operation of its own.
    expect(executed.filter((name) => ['runSavedModel', 'executeOp'].includes(name))).toHaveLength(1)
    expect(executed).not.toContain('loadSavedModel')
    expect(executed).not.toContain('addFunction')
    result.dispose()
    expect(tf.memory().numTensors).toBe(entries)
    x.dispose()
  })

  it('takes numbers that change from time to time as they are', async () => {
    for (const factor of [2, 3, 2, 5]) {
      const result = run(() => tf.mul(tf.tensor1d([1, 2]), factor))
      expect([...(await result.data())]).toEqual([factor, 2 * factor])
      result.dispose()
    }
  })

  it('sees what variables hold now', async () => {
    const variable = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])))
    for (const value of [3, 4]) {
      tf.tidy(() => variable.assign(tf.tensor1d([value, value])))
      const result = run(() => tf.add(variable, 1))
      expect([...(await result.data())]).toEqual([value + 1, value + 1])
      result.dispose()
    }
    variable.dispose()
  })

  it('holds no tensor but its results', () => {
    const x = tf.tensor1d([1, 2, 3])
    const work = () => {
      const twice = tf.mul(x, tf.tensor1d([2, 2, 2]))
      return { twice, sum: tf.sum(twice) }
    }
    tf.dispose(run(work))
    const before = [tf.memory().numTensors, native().getNumOfTensors()]
    for (let time = 0; time < 3; time++) tf.dispose(run(work))
    expect([tf.memory().numTensors, native().getNumOfTensors()]).toEqual(before)
    x.dispose()
  })

  it('reads numbers on its way: done operation by operation, and said', async () => {
    const work = () => tf.scalar(tf.sum(tf.square(tf.tensor1d([1, 2]))).dataSync()[0] as number)
    const result = run(work)
    expect(await result.data()).toEqual(Float32Array.of(5))
    expect(console.warn).toHaveBeenCalledExactlyOnceWith(
      `${nameNow()} runs operation by operation: it reads numbers on its way`,
    )
    result.dispose()
  })

  it('is no graph that TensorFlow loads: done operation by operation, and said', async () => {
    const backend = tf.backend() as unknown as { binding: Native }
    const real = backend.binding
    const refuse = () => {
      throw new Error('no room\nand more')
    }
    backend.binding = Object.create(real, {
      loadSavedModel: { value: refuse },
      addFunction: { value: refuse },
    }) as Native
    const result = run(() => tf.exp(tf.tensor1d([0])))
    backend.binding = real
    expect(await result.data()).toEqual(Float32Array.of(1))
    expect(console.warn).toHaveBeenCalledExactlyOnceWith(`${nameNow()} runs operation by operation: no room`)
    result.dispose()
  })

  it("passes mistakes of the work's own on and leaves the backend as it was", async () => {
    expect(() =>
      run(() => {
        tf.exp(tf.tensor1d([1]))
        throw new Error('mine')
      }),
    ).toThrow('mine')
    const after = tf.tidy(() => tf.exp(tf.tensor1d([0])))
    expect(await after.data()).toEqual(Float32Array.of(1))
    after.dispose()
    expect(console.warn).not.toHaveBeenCalled()
  })

  it('never reads the same twice: given up after a while', () => {
    for (let time = 1; time <= 14; time++) {
      tf.dispose(
        run(() => {
          let x: tf.Tensor = tf.tensor1d([1, 2])
          for (let step = 0; step < time; step++) x = tf.tanh(x)
          return x
        }),
      )
    }
    expect(console.warn).toHaveBeenCalledExactlyOnceWith(
      `${nameNow()} runs operation by operation: it never reads the same twice`,
    )
  })

  it('sums squares as operations do', async () => {
    const x = tf.tensor2d([
      [1, -2],
      [3, 0.5],
    ])
    const sum = tf.tidy(() => globalNorm({ x }))
    expect((await sum.data())[0]).toBeCloseTo(Math.sqrt(14.25), 6)
    tf.dispose([x, sum])
  })

  it('refuses rows that a table does not have', () => {
    const table = tf.tensor2d([[1], [2]])
    expect(() => run(() => tf.gather(table, tf.tensor1d([5], 'int32')))).toThrow('not in [0, 2)')
    table.dispose()
  })
})

it.runIf(tensorflowMissing !== null)(`no graphs here: ${tensorflowMissing}`, () => {
  expect(tensorflowMissing).toContain('tensorflow')
})
