/**
 * The `wasm` backend: always there, one thread, up to 4 GB. TensorFlow.js' kernels for it were made for inference; these
 * make training on it exact and several times faster.
 */
import type { DataId, KernelFunc, Tensor, TensorInfo } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import { createMultiply, type Matrix, type Multiply, type WasmHost } from './wasm/product'

/** What the kernels use of TensorFlow.js' BackendWasm. */
interface WasmBackend {
  readonly wasm: WasmModule
  readonly dataIdMap: { get(dataId: DataId): { readonly id: number; readonly memoryOffset: number } }
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo
}

interface WasmModule {
  readonly asm: { readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number } }
  _malloc(bytes: number): number
  _free(offset: number): void
}

/** Call before the backend is first set. */
export function registerWasmKernels(host: WasmHost): void {
  replaceKernel('BatchMatMul', batchMatMul, (backend) => {
    failWhenFull(backend)
    multiply = createMultiply(backend.wasm, host)
  })
  replaceKernel('UnsortedSegmentSum', unsortedSegmentSum)
}

function replaceKernel(kernelName: string, kernel: unknown, setup?: (backend: WasmBackend) => void): void {
  if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm')
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: kernel as KernelFunc,
    ...(setup && { setupFunc: (backend) => setup(backend as unknown as WasmBackend) }),
  })
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

let multiply: Multiply

interface Factors {
  readonly inputs: { readonly a: TensorInfo; readonly b: TensorInfo }
  readonly attrs: { readonly transposeA: boolean; readonly transposeB: boolean }
  readonly backend: WasmBackend
}

/** Stacks of matrices are multiplied pair by pair; transposed ones are read the other way round. */
function batchMatMul({ inputs: { a, b }, attrs, backend }: Factors): TensorInfo {
  const [rows, inner] = lastAxes(a.shape, attrs.transposeA)
  const [innerOfB, columns] = lastAxes(b.shape, attrs.transposeB)
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || innerOfB !== inner) {
    throw new Error(`matMul needs float32 matrices that fit, has ${a.dtype} [${a.shape}] x ${b.dtype} [${b.shape}]`)
  }
  const aPairs = tf.util.sizeFromShape(a.shape.slice(0, -2))
  const bPairs = tf.util.sizeFromShape(b.shape.slice(0, -2))
  const stack = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const pairs = tf.util.sizeFromShape(stack)
  if ([aPairs, bPairs].some((count) => count !== pairs && count !== 1)) {
    throw new Error(`matMul needs stacks of one size, or a single matrix, has [${a.shape}] x [${b.shape}]`)
  }
  const out = backend.makeOutput([...stack, rows, columns], 'float32')
  const aStart = backend.dataIdMap.get(a.dataId).memoryOffset
  const bStart = backend.dataIdMap.get(b.dataId).memoryOffset
  const outStart = backend.dataIdMap.get(out.dataId).memoryOffset
  if (inner === 0) {
    new Float32Array(backend.wasm.asm.memory.buffer, outStart, pairs * rows * columns).fill(0)
  } else {
    for (let pair = 0; pair < pairs; pair++) {
      const left = matrixAt(aStart + (pair % aPairs) * rows * inner * 4, rows, inner, attrs.transposeA)
      const right = matrixAt(bStart + (pair % bPairs) * inner * columns * 4, inner, columns, attrs.transposeB)
      multiply(left, right, outStart + pair * rows * columns * 4)
    }
  }
  return out
}

function lastAxes(shape: readonly number[], transposed: boolean): [rows: number, columns: number] {
  const [rows = 0, columns = 0] = shape.slice(-2)
  return transposed ? [columns, rows] : [rows, columns]
}

function matrixAt(start: number, rows: number, columns: number, transposed: boolean): Matrix {
  return transposed
    ? { start, rows, columns, rowStride: 4, columnStride: rows * 4 }
    : { start, rows, columns, rowStride: columns * 4, columnStride: 4 }
}

interface Segments {
  readonly inputs: { readonly x: TensorInfo; readonly segmentIds: TensorInfo }
  readonly attrs: { readonly numSegments: number }
  readonly backend: WasmBackend
}

/** The gradient of a table look-up, which the backend lacks: rows of x are added up by the row they were taken from. */
function unsortedSegmentSum({ inputs, attrs, backend }: Segments): TensorInfo {
  const { x, segmentIds } = inputs
  const indices = { ...segmentIds, shape: [...segmentIds.shape, 1] }
  const shape = [attrs.numSegments, ...x.shape.slice(segmentIds.shape.length)]
  return runKernel('ScatterNd', { indices, updates: x }, { shape }, backend)
}

function runKernel(
  name: string,
  inputs: Record<string, TensorInfo>,
  attrs: Record<string, number[]>,
  backend: WasmBackend,
): TensorInfo {
  const kernel = tf.getKernel(name, 'wasm')
  if (!kernel) throw new Error(`the wasm backend lacks the kernel ${name}`)
  return kernel.kernelFunc({ inputs, attrs, backend: backend as object }) as Tensor
}
