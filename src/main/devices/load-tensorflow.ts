/**
 * Loads TensorFlow.js' `tensorflow` backend over the installed library. The package @tensorflow/tfjs-node-gpu comes without
 * the binary that its own installer would fetch; only its kernels and backend class are used, on our binding.
 */
import { createRequire } from 'node:module'
import util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../shared/failure'
import { type Abilities, registerAbilities } from '../engine/backends/abilities'
import type { Acceleration } from './acceleration/install'
import { createAdamWUpdate } from './tensorflow-adamw'
import type { Backend, Binding } from './tensorflow-binding'
import { graphLoader } from './tensorflow-graph-runs'
import { createGraphs, createNotBefore } from './tensorflow-graphs'
import { registerTensorflowKernels } from './tensorflow-kernels'

interface BackendModule {
  NodeJSKernelBackend: new (binding: Binding, packageName: string) => tf.KernelBackend & Backend
}

/**
 * Registers the backend as `tensorflow`; once loaded, further calls do nothing.
 * @throws Failure backend-unavailable when the library does not load.
 */
export function loadTensorflow(acceleration: Acceleration): void {
  if (tf.findBackendFactory('tensorflow')) return
  // The package still calls these two, which newer Node versions lack.
  const legacy = util as unknown as Record<string, unknown>
  legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined
  legacy.isArray ??= Array.isArray
  // Read by the native library when it starts: warnings and errors only, and of a card's memory no more than is needed.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'

  try {
    const addon: { exports: Partial<Binding> } = { exports: {} }
    process.dlopen(addon, acceleration.binding)
    const require = createRequire(import.meta.url)
    const { NodeJSKernelBackend } = require(`${packageName}/dist/nodejs_kernel_backend`) as BackendModule
    require(`${packageName}/dist/register_all_kernels`)
    registerTensorflowKernels()
    const backend = new NodeJSKernelBackend(addon.exports as Binding, packageName)
    tf.registerBackend('tensorflow', () => backend)
    registerAbilities('tensorflow', abilitiesOf(backend))
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown)
    throw new Failure(
      'backend-unavailable',
      `The installed acceleration does not load: ${reason}. Install it again with \`fino accelerate\`, or choose the backend wasm.`,
      { backend: 'tensorflow' },
    )
  }
}

/** What the loaded backend computes on, and how. */
export function tensorflowExecution(): { card: boolean; graphs: boolean } {
  const backend = tf.findBackend('tensorflow') as tf.KernelBackend & Backend
  return { card: backend.binding.isUsingGpuDevice(), graphs: graphLoader(backend) !== null }
}

/** FINO_GRAPHS=off runs every operation by itself, to look for mistakes. AdamW in place was not tried on a card. */
function abilitiesOf(backend: Backend): Abilities {
  const onCard = backend.binding.isUsingGpuDevice()
  const update = onCard ? {} : { updateByAdamW: createAdamWUpdate(backend) }
  const loader = graphLoader(backend)
  if (loader === null) return update
  const carryOut = createGraphs(backend, loader, (sentence) => console.warn(sentence))
  return { ...update, carryOut, notBefore: createNotBefore(backend) }
}

const packageName = '@tensorflow/tfjs-node-gpu'
