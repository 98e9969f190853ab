/** Where the time of a step goes, by the backend's operations. */
import * as tf from '@tensorflow/tfjs-core'

export interface Profile {
  /** Of one step. */
  readonly seconds: number
  /** The dearest first. What is left of `seconds` is spent outside them. */
  readonly operations: readonly Operation[]
}

export interface Operation {
  readonly name: string
  /** In one step. */
  readonly count: number
  readonly seconds: number
}

/** Repeats the work and averages. Recording takes time of its own, so that a step is slower than it is otherwise. */
export async function profileWork(work: () => Promise<unknown>, times: number): Promise<Profile> {
  // Else the profiler reads every result back, to look for NaN.
  tf.env().set('CHECK_COMPUTATION_FOR_ERRORS', false)
  const found = new Map<string, { count: number; seconds: number }>()
  let seconds = 0
  for (let time = 0; time < times; time++) {
    const { kernels } = await tf.profile(async () => {
      const startedAt = performance.now()
      await work()
      seconds += (performance.now() - startedAt) / 1000
      return {}
    })
    for (const { name, kernelTimeMs } of kernels) {
      // A function with a gradient of its own is told, too; what it runs is told for itself.
      if (!tf.getKernel(name, tf.getBackend())) continue
      const milliseconds = await kernelTimeMs
      if (typeof milliseconds !== 'number') throw new Error(`the backend does not time ${name}: ${milliseconds.error}`)
      const sum = found.get(name) ?? { count: 0, seconds: 0 }
      found.set(name, { count: sum.count + 1, seconds: sum.seconds + milliseconds / 1000 })
    }
  }
  const operations = [...found].map(([name, sum]) => ({ name, count: sum.count / times, seconds: sum.seconds / times }))
  operations.sort((left, right) => right.seconds - left.seconds)
  return { seconds: seconds / times, operations }
}
