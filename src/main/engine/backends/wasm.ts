/**
 * The `wasm` backend: always there, one thread, up to 4 GB. TensorFlow.js' kernels for it were made for inference; these
 * make training on it exact and several times faster.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import { registerAbilities } from './abilities'
import { updateByAdamW } from './wasm/adamw'
import { type Call, runKernel, setKernel, type WasmBackend } from './wasm/backend'
import { registerFusedKernels, startFusedKernels } from './wasm/fused'
import { fusedModule } from './wasm/fused-code'
import { registerMatrixKernels, startMatrixKernels } from './wasm/matrices'
import type { WasmHost } from './wasm/product'

/** Call before the backend is first set; what comes after the first call changes nothing. */
export function registerWasmKernels(host: WasmHost): void {
  if (tf.getKernel('UnsortedSegmentSum', 'wasm')) return
  let started: WasmBackend | undefined
  registerMatrixKernels()
  registerFusedKernels()
  registerAbilities('wasm', { updateByAdamW })
  setKernel(
    'UnsortedSegmentSum',
    () => unsortedSegmentSum,
    (backend) => {
      // TensorFlow.js sets kernels up each time that a backend comes into charge.
      if (backend === started) return
      started = backend
      failWhenFull(backend)
      const fused = host.supports(fusedModule(true))
      startMatrixKernels(backend, host, fused)
      startFusedKernels(backend, host, fused)
    },
  )
}

/**
 * At 4 GB the backend's allocator answers 0 or an address past the end, which TensorFlow.js takes for memory: tensors then
 * overlap, and a training run turns to NaN some steps later. So growth is stopped a little earlier, where the allocator
 * still counts right, and an allocation that fails ends the work at once, with the reason.
 */
function failWhenFull({ wasm }: WasmBackend): void {
  const { memory } = wasm.asm
  const grow = memory.grow.bind(memory)
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * pageBytes > growthLimit) throw new RangeError('the limit of memory')
    return grow(pages)
  }
  // The library's own first call puts another function in its place, which would undo ours.
  wasm._free(wasm._malloc(1))
  const allocate = wasm._malloc
  wasm._malloc = (bytes) => {
    const countable = memory.buffer.byteLength + bytes < addressLimit
    const offset = countable ? allocate(bytes) : 0
    if (offset !== 0 || bytes === 0) return offset
    throw new Failure(
      'out-of-memory',
      'This needs more than the 4 GB of memory that the backend wasm can use. Choose a smaller batch size or maximum ' +
        'length, or install the acceleration, which has no such limit (`fino accelerate`, or Settings).',
      { backend: 'wasm', requestedBytes: bytes },
    )
  }
}

const pageBytes = 2 ** 16
const addressLimit = 2 ** 32
const growthLimit = addressLimit - 2 ** 28

interface Segments {
  readonly x: TensorInfo
  readonly segmentIds: TensorInfo
}

/** The gradient of a table look-up, which the backend lacks: rows of x are added up by the row they were taken from. */
function unsortedSegmentSum({ inputs, attrs, backend }: Call<Segments, { readonly numSegments: number }>): TensorInfo {
  const { x, segmentIds } = inputs
  const indices = { ...segmentIds, shape: [...segmentIds.shape, 1] }
  const shape = [attrs.numSegments, ...x.shape.slice(segmentIds.shape.length)]
  return runKernel('ScatterNd', { indices, updates: x }, { shape }, backend)
}
