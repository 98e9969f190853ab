/** Finds out which backends run on this machine and how fast each multiplies matrices. */
import { dirname } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { type BackendReport, backendIds } from '../../shared/device'
import { toFailureRecord } from '../../shared/failure'
import { defaultHome, workspaceAt } from '../files/workspace'
import { findAcceleration } from './acceleration/install'
import { tryBinding } from './acceleration/try-binding'
import { tensorflowExecution } from './load-tensorflow'
import { startBackend } from './start-backend'

/**
 * One report a backend, in the order of `backendIds`; with `measure`, a third of a second each. It changes this process'
 * backend and leaves the one that was there before in charge again.
 */
export async function measureBackends({
  measure,
  folder = workspaceAt(defaultHome()).acceleration,
}: {
  measure: boolean
  /** The workspace's acceleration folder. */
  folder?: string
}): Promise<BackendReport[]> {
  const before = tf.engine().backendName
  const reports: BackendReport[] = []
  for (const id of backendIds) {
    try {
      const { device } = await startBackend(id, folder)
      const reason = id === 'tensorflow' ? await whyNoCard(folder) : null
      reports.push({ id, device, available: true, reason, gflops: measure ? await measureProducts() : null })
    } catch (thrown) {
      const device = id === 'webgpu' ? 'GPU' : 'CPU'
      reports.push({ id, device, available: false, reason: toFailureRecord(thrown).message, gflops: null })
    }
  }
  if (before) await tf.setBackend(before)
  return reports
}

/** Null where what is installed for cards uses one, or was not meant to. */
async function whyNoCard(folder: string): Promise<string | null> {
  const acceleration = findAcceleration(folder)
  if (acceleration?.build !== 'cuda' || tensorflowExecution().card) return null
  const { noCard } = await tryBinding(dirname(acceleration.binding))
  return `TensorFlow uses no NVIDIA card and computes on the processor: ${noCard ?? 'it does not say why'}`
}

const size = 768

/** float32 matrix products of the current backend, in 10^9 operations a second: enough of them in so short a time to tell. */
export async function measureProducts(milliseconds = 250): Promise<number> {
  const a = tf.randomUniform([size, size], -1, 1, 'float32', 1)
  const b = tf.randomUniform([size, size], -1, 1, 'float32', 2)
  await multiplyOnce(a, b) // the first one starts threads and fills caches
  const start = performance.now()
  let products = 0
  do {
    await multiplyOnce(a, b)
    products++
  } while (performance.now() - start < milliseconds)
  const seconds = (performance.now() - start) / 1000
  tf.dispose([a, b])
  return (products * 2 * size ** 3) / seconds / 1e9
}

/** Reads one number of the product, so that it is known to be done. */
async function multiplyOnce(a: tf.Tensor, b: tf.Tensor): Promise<void> {
  const corner = tf.tidy(() => tf.slice(tf.matMul(a, b), [0, 0], [1, 1]))
  await corner.data() // sync point
  corner.dispose()
}
