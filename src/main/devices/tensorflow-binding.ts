/** The parts of TensorFlow.js' `tensorflow` backend, and of the native binding below it, that Fino uses itself. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Attribute, Numbers } from '../engine/backends/graph/tape'

export interface Binding {
  createTensor(shape: readonly number[], type: number, numbers: Numbers): number
  deleteTensor(id: number): unknown
  tensorDataSync(id: number): Numbers
  executeOp(name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): TensorFacts[]
  loadSavedModel(folder: string, tags: string): number
  deleteSavedModel(session: number): void
  runSavedModel(session: number, inputs: readonly number[], inputNames: string, outputNames: string): TensorFacts[]
  /** A graph's definition as an operation of this name; installations from before there was a build for cards lack it. */
  addFunction?(name: string, definition: Uint8Array, inputNames: string, outputNames: string): void
  removeFunction?(name: string): void
  isUsingGpuDevice(): boolean
}

/** A tensor that the binding holds: its own number for it, and TensorFlow's number of its type. */
export interface TensorFacts {
  readonly id: number
  readonly shape: number[]
  readonly dtype: number
}

/** What TensorFlow.js keeps of a tensor: numbers that wait to be copied to the device (`id` is -1), or the binding's id. */
export interface Entry {
  readonly shape: number[]
  readonly dtype: number
  values: Numbers | null
  id: number
  /** Tensors that share it. */
  readonly refCount: number
}

export interface Backend {
  binding: Binding
  readonly tensorMap: { get(dataId: object): Entry; has(dataId: object): boolean }
  /** Copies to the device what waits. */
  getInputTensorIds(tensors: readonly { dataId: object }[]): number[]
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor
}
