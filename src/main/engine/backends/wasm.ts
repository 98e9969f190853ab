/**
 * The `wasm` backend: always there, one thread, up to 4 GB. TensorFlow.js' kernels for it were made for inference; these
 * make training on it exact and several times faster.
 */
import type { DataId, KernelFunc, Tensor, TensorInfo } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'

/** What the kernels use of TensorFlow.js' BackendWasm. */
interface WasmBackend {
  readonly wasm: WasmModule
  readonly dataIdMap: { get(dataId: DataId): { readonly id: number; readonly memoryOffset: number } }
  dataIdNextNumber: number
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo
  disposeData(dataId: DataId): boolean
}

interface WasmModule {
  readonly asm: { readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number } }
  _malloc(bytes: number): number
  _free(offset: number): void
  cwrap(name: string, result: null, parameters: string[]): (...values: unknown[]) => void
  readonly tfjs: {
    registerTensor(id: number, size: number, offset: number): void
    disposeData(id: number): void
  }
}

/** Call before the backend is first set. */
export function registerWasmKernels(): void {
  replaceKernel('BatchMatMul', batchMatMul, (backend) => {
    prepareProduct(backend)
    failWhenFull(backend)
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

type Product = (
  a: number,
  aShape: Uint8Array,
  aRank: number,
  b: number,
  bShape: Uint8Array,
  bRank: number,
  transposeA: number,
  transposeB: number,
  out: number,
) => void

let product: Product

function prepareProduct({ wasm }: WasmBackend): void {
  const parameters = ['number', 'array', 'number', 'number', 'array', 'number', 'number', 'number', 'number']
  product = wasm.cwrap('BatchMatMul', null, parameters) as Product
}

interface Factors {
  readonly inputs: { readonly a: TensorInfo; readonly b: TensorInfo }
  readonly attrs: { readonly transposeA: boolean; readonly transposeB: boolean }
  readonly backend: WasmBackend
}

/**
 * The backend multiplies fast only plain pairs of matrices, and takes everything else to a loop some ten times slower. So
 * transposed factors are transposed first, and stacks of matrices are multiplied pair by pair, in place.
 *
 * Each pair goes by fresh ids: the backend keeps a packed copy of the right factor by its id alone, so that the same data
 * seen again in another shape (a reshape shares its id) would be multiplied in the old one. That copy also took as much
 * memory again as all weights and gradients.
 */
function batchMatMul({ inputs, attrs, backend }: Factors): TensorInfo {
  const a = attrs.transposeA ? swapLastAxes(inputs.a, backend) : inputs.a // [..., rows, inner]
  const b = attrs.transposeB ? swapLastAxes(inputs.b, backend) : inputs.b // [..., inner, columns]
  const [rows = 0, inner = 0] = a.shape.slice(-2)
  const columns = b.shape.at(-1) ?? 0
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || b.shape.at(-2) !== inner) {
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

  const { wasm, dataIdMap } = backend
  // The kernel packs the right factor into memory of its own and does not say when there is none left.
  wasm._free(wasm._malloc((inner + 1) * (columns + 16) * 4))
  const aBytes = rows * inner * 4
  const bBytes = inner * columns * 4
  const outBytes = rows * columns * 4
  const aStart = dataIdMap.get(a.dataId).memoryOffset
  const bStart = dataIdMap.get(b.dataId).memoryOffset
  const outStart = dataIdMap.get(out.dataId).memoryOffset
  const aShape = bytesOf([1, rows, inner])
  const bShape = bytesOf([1, inner, columns])
  const [aId, bId, outId] = [backend.dataIdNextNumber++, backend.dataIdNextNumber++, backend.dataIdNextNumber++]
  if (outBytes > 0) {
    for (let pair = 0; pair < pairs; pair++) {
      wasm.tfjs.registerTensor(aId, rows * inner, aStart + (pair % aPairs) * aBytes)
      wasm.tfjs.registerTensor(bId, inner * columns, bStart + (pair % bPairs) * bBytes)
      wasm.tfjs.registerTensor(outId, rows * columns, outStart + pair * outBytes)
      product(aId, aShape, 3, bId, bShape, 3, 0, 0, outId)
      for (const id of [aId, bId, outId]) wasm.tfjs.disposeData(id)
    }
  }
  if (a !== inputs.a) backend.disposeData(a.dataId)
  if (b !== inputs.b) backend.disposeData(b.dataId)
  return out
}

function swapLastAxes(x: TensorInfo, backend: WasmBackend): TensorInfo {
  const rank = x.shape.length
  const perm = [...x.shape.keys()]
  perm[rank - 2] = rank - 1
  perm[rank - 1] = rank - 2
  return runKernel('Transpose', { x }, { perm }, backend)
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

function bytesOf(shape: number[]): Uint8Array {
  return new Uint8Array(new Int32Array(shape).buffer)
}
