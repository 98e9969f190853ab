/** Loads TensorFlow.js' `webgpu` backend on a device of Dawn's. */
import { createRequire } from 'node:module'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../shared/failure'
import { registerWebGpuKernels } from '../engine/backends/webgpu'
import { type AdapterInfo, type GpuDevice, type OpenedDevice, openDevice } from './webgpu-device'
import { type GuardedBackend, guardDevice } from './webgpu-troubles'

type WebGpuBackend = tf.KernelBackend & GuardedBackend

/** Kept, since Dawn ends where nothing holds on to it. */
let opened: Promise<OpenedDevice> | undefined

/**
 * Registers the backend as `webgpu`; once loaded, further calls do nothing. Dawn keeps the process alive: whoever starts this
 * ends with process.exit.
 * @returns the device's name
 * @throws Failure backend-unavailable with what to do
 */
export async function loadWebGpu(): Promise<string> {
  opened ??= open()
  try {
    return (await opened).name
  } catch (thrown) {
    opened = undefined
    throw thrown
  }
}

async function open(): Promise<OpenedDevice> {
  const { WebGPUBackend } = requireBackend()
  const made = await openDevice()
  const backend = withNavigator(made, () => new WebGPUBackend(made.device, made.info))
  guardDevice(made.device, backend)
  registerWebGpuKernels()
  tf.registerBackend('webgpu', () => backend)
  return made
}

interface BackendModule {
  WebGPUBackend: new (device: GpuDevice, info: AdapterInfo) => WebGpuBackend
}

function requireBackend(): BackendModule {
  try {
    return createRequire(import.meta.url)('@tensorflow/tfjs-backend-webgpu') as BackendModule
  } catch {
    throw new Failure(
      'backend-unavailable',
      'The backend webgpu was left out when Fino was installed. Install it with `npm install --include=optional`, or choose another backend.',
      { backend: 'webgpu' },
    )
  }
}

/** The backend refuses to be made where a browser would have no navigator.gpu. */
function withNavigator<Made>({ gpu }: OpenedDevice, make: () => Made): Made {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true })
  try {
    return make()
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before)
    else Reflect.deleteProperty(globalThis, 'navigator')
  }
}
