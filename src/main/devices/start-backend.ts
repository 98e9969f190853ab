/** Makes a backend the one that TensorFlow.js computes with, in this process. */
import { availableParallelism } from 'node:os'
import * as tf from '@tensorflow/tfjs-core'
// Registers the gradient of every operation: Node's build of tfjs-core comes without them, and nothing smaller brings them.
import '@tensorflow/tfjs-layers'
import type { BackendChoice, BackendId } from '../../shared/device'
import { Failure } from '../../shared/failure'
import { defaultHome, workspaceAt } from '../files/workspace'
import { describeBytes } from '../files/write-failure'
import { findAcceleration } from './acceleration/install'
import { loadTensorflow, tensorflowExecution } from './load-tensorflow'
import { loadWasm } from './load-wasm'
import { loadWebGpu } from './load-webgpu'
import { findCards } from './nvidia'

export interface StartedBackend {
  readonly id: BackendId
  /** What it runs on, in words. */
  readonly device: string
  /** What a run records of it: `node`, `tfjs`, and where that is used `tensorflow` and how it executes steps. */
  readonly versions: Record<string, string>
}

/**
 * Starts the chosen backend; `auto`, where none was measured before, takes tensorflow where its acceleration is installed, and
 * else wasm (features/backends.ts chooses by what was measured).
 * @param folder the workspace's acceleration folder
 * @throws Failure backend-unavailable with what to do about it
 */
export async function startBackend(
  choice: BackendChoice,
  folder: string = workspaceAt(defaultHome()).acceleration,
): Promise<StartedBackend> {
  const acceleration = choice === 'wasm' || choice === 'webgpu' ? null : findAcceleration(folder)
  const id = choice === 'auto' ? (acceleration ? 'tensorflow' : 'wasm') : choice
  const versions: Record<string, string> = { node: process.versions.node, tfjs: tf.version_core }
  // Without this the libraries print advice for their own developers.
  tf.env().set('PROD', true)

  if (id === 'wasm') {
    loadWasm()
    await use('wasm')
    return { id, device: 'CPU, one thread', versions }
  }
  if (id === 'webgpu') {
    const device = await loadWebGpu()
    await use('webgpu')
    return { id, device, versions }
  }
  if (!acceleration) {
    throw new Failure(
      'backend-unavailable',
      'The backend tensorflow is not installed. Install it with `fino accelerate` or in Settings, or choose the backend wasm.',
      { backend: 'tensorflow' },
    )
  }
  loadTensorflow(acceleration)
  await use('tensorflow')
  const { card, graphs } = tensorflowExecution()
  const device = card ? await nameOfCard() : `CPU, ${availableParallelism()} threads`
  const execution = graphs ? 'compiled' : 'operation by operation'
  return { id, device, versions: { ...versions, tensorflow: acceleration.tensorflow, execution } }
}

/** "NVIDIA L4, 24 GB". */
async function nameOfCard(): Promise<string> {
  const [card] = await findCards()
  return card ? `${card.name}, ${describeBytes(card.memoryBytes)}` : 'GPU'
}

async function use(id: BackendId): Promise<void> {
  if (await tf.setBackend(id)) return
  throw new Failure('backend-unavailable', `The backend ${id} does not start in this process.`, { backend: id })
}
