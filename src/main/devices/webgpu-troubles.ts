/**
 * What goes wrong on a graphics card. WebGPU tells of it late or beside the call: a lack of memory gives buffers that hold
 * nothing, a lost device computes no more, and TensorFlow.js looks at neither. So nothing is read from a device in trouble.
 */
import { Failure } from '../../shared/failure'
import { describeBytes } from '../files/write-failure'
import { type GpuBuffer, type GpuDevice, type GpuError, largestBuffer } from './webgpu-device'

/** What Fino uses of TensorFlow.js' WebGPUBackend. */
export interface GuardedBackend {
  read(dataId: object): Promise<unknown>
  readonly bufferManager: BufferManager
}

interface BufferManager {
  acquireBuffer(size: number, usage: number, mapped?: boolean, reuse?: boolean): GpuBuffer
  /** Of no tensor, kept by size for the next. */
  readonly freeBuffers: Map<string, GpuBuffer[]>
  numFreeBuffers: number
  readonly numBytesUsed: number
  /** Used and free. */
  numBytesAllocated: number
}

/** From then on the backend throws Failures: `out-of-memory`, `device-lost`. */
export function guardDevice(device: GpuDevice, backend: GuardedBackend): void {
  let trouble: Error | null = null
  device.addEventListener('uncapturederror', ({ error }) => {
    trouble ??= isLackOfMemory(error) ? outOfMemory(error.message) : new Error(`the graphics card: ${error.message}`)
  })
  void device.lost.then(({ reason, message }) => {
    trouble = deviceLost(reason, message)
  })
  const failInTrouble = () => {
    if (trouble) throw trouble
  }

  const { bufferManager } = backend
  const acquire = bufferManager.acquireBuffer.bind(bufferManager)
  const largest = largestBuffer(device)
  bufferManager.acquireBuffer = (size, ...rest) => {
    failInTrouble()
    if (size > largest) throw tooLarge(size, largest)
    if (keepsTooMuch(bufferManager)) dropFree(bufferManager)
    try {
      return acquire(size, ...rest)
    } catch (thrown) {
      // Thrown at once where it was to be written to.
      if (!(thrown instanceof RangeError)) throw thrown
      dropFree(bufferManager)
      try {
        return acquire(size, ...rest)
      } catch {
        throw outOfMemory(thrown.message)
      }
    }
  }

  const read = backend.read.bind(backend)
  backend.read = async (dataId) => {
    failInTrouble()
    try {
      return await read(dataId)
    } catch (thrown) {
      // The reason follows the refusal.
      await new Promise((resolve) => setImmediate(resolve))
      failInTrouble()
      throw thrown
    } finally {
      failInTrouble()
    }
  }
}

/** Texts of many lengths make buffers of many sizes, and a free one serves no other. */
function keepsTooMuch({ numBytesAllocated, numBytesUsed }: BufferManager): boolean {
  return numBytesAllocated - numBytesUsed > Math.max(leastKeptBytes, numBytesUsed)
}

const leastKeptBytes = 256e6

function dropFree(manager: BufferManager): void {
  for (const buffers of manager.freeBuffers.values()) {
    for (const buffer of buffers.splice(0)) {
      buffer.destroy()
      manager.numFreeBuffers -= 1
      manager.numBytesAllocated -= buffer.size
    }
  }
}

function isLackOfMemory(error: GpuError): boolean {
  return error.constructor.name === 'GPUOutOfMemoryError'
}

function tooLarge(size: number, largest: number): Failure {
  return new Failure(
    'out-of-memory',
    `This needs a tensor of ${describeBytes(size)}, and the graphics card takes ${describeBytes(largest)} at most. ` +
      'Choose a smaller batch size or maximum length, a model with a smaller vocabulary, or the backend tensorflow or wasm.',
    { backend: 'webgpu', requestedBytes: size, limitBytes: largest },
  )
}

function outOfMemory(reason: string): Failure {
  return new Failure(
    'out-of-memory',
    "The graphics card's memory ran out. Close what else uses it, choose a smaller batch size (and more accumulation steps), " +
      'a shorter maximum length, the strategy lora instead of full, or the backend tensorflow or wasm.',
    { backend: 'webgpu', reason: reason.slice(0, 200) },
  )
}

function deviceLost(reason: string, message: string): Failure {
  return new Failure(
    'device-lost',
    'The graphics card stopped answering: it was reset, taken away, or its driver crashed. Start the run again, with a ' +
      'smaller batch size if it happens again, or choose the backend tensorflow or wasm.',
    { backend: 'webgpu', reason: `${reason}: ${message}`.slice(0, 200) },
  )
}
