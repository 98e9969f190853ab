/** What Fino's kernels use of TensorFlow.js' BackendWasm. */
import type { DataId, KernelFunc, Tensor, TensorInfo } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'

export interface WasmBackend {
  readonly wasm: WasmModule
  readonly dataIdMap: { get(dataId: DataId): { readonly id: number; readonly memoryOffset: number } }
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo
  incRef(dataId: DataId): void
  /** How many tensors share these values. */
  refCount(dataId: DataId): number
}

interface WasmModule {
  readonly asm: { readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number } }
  _malloc(bytes: number): number
  _free(offset: number): void
}

/** What a kernel is called with. */
export interface Call<Inputs, Attributes = unknown> {
  readonly inputs: Inputs
  readonly attrs: Attributes
  readonly backend: WasmBackend
}

export type Kernel<Inputs, Attributes = unknown> = (call: Call<Inputs, Attributes>) => TensorInfo | TensorInfo[]

/** Registers a kernel in place of what bears its name, which `make` is given. */
export function setKernel<Inputs, Attributes>(
  kernelName: string,
  make: (before: Kernel<Inputs, Attributes>) => Kernel<Inputs, Attributes>,
  setup?: (backend: WasmBackend) => void,
): void {
  const before = tf.getKernel(kernelName, 'wasm')
  if (before) tf.unregisterKernel(kernelName, 'wasm')
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: make(before?.kernelFunc as unknown as Kernel<Inputs, Attributes>) as unknown as KernelFunc,
    setupFunc: (backend) => {
      before?.setupFunc?.(backend)
      setup?.(backend as unknown as WasmBackend)
    },
  })
}

export function runKernel(
  name: string,
  inputs: Record<string, TensorInfo>,
  attrs: Record<string, number[]>,
  backend: WasmBackend,
): TensorInfo {
  const kernel = tf.getKernel(name, 'wasm')
  if (!kernel) throw new Error(`the wasm backend lacks the kernel ${name}`)
  return kernel.kernelFunc({ inputs, attrs, backend: backend as object }) as Tensor
}

/** Where a tensor's values start in memory. */
export function startOf(backend: WasmBackend, { dataId }: TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset
}

/** A tensor's own values, until memory grows. */
export function valuesOf(backend: WasmBackend, tensor: TensorInfo): Float32Array {
  return new Float32Array(backend.wasm.asm.memory.buffer, startOf(backend, tensor), tf.util.sizeFromShape(tensor.shape))
}
