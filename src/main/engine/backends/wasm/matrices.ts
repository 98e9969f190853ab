/** The kernels of matrix products. */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { type Call, setKernel, startOf, valuesOf, type WasmBackend } from './backend'
import { repeatRow } from './fused'
import { createMultiply, type Matrix, type Multiply, type WasmHost } from './product'

let multiply: Multiply

/** Call once the backend is there. */
export function startMatrixKernels({ wasm }: WasmBackend, host: WasmHost, fused: boolean): void {
  multiply = createMultiply(wasm, host, fused)
}

export function registerMatrixKernels(): void {
  setKernel('BatchMatMul', () => batchMatMul)
  setKernel('FinoLinear', () => linear)
}

interface Factors {
  readonly a: TensorInfo
  readonly b: TensorInfo
}

interface Transposed {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/** Stacks of matrices are multiplied pair by pair; transposed ones are read the other way round. */
function batchMatMul({ inputs: { a, b }, attrs, backend }: Call<Factors, Transposed>): TensorInfo {
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
  const aStart = startOf(backend, a)
  const bStart = startOf(backend, b)
  const outStart = startOf(backend, out)
  if (inner === 0) valuesOf(backend, out).fill(0)
  for (let pair = 0; pair < pairs; pair++) {
    const left = matrixAt(aStart + (pair % aPairs) * rows * inner * 4, rows, inner, attrs.transposeA)
    const right = matrixAt(bStart + (pair % bPairs) * inner * columns * 4, inner, columns, attrs.transposeB)
    multiply(left, right, outStart + pair * rows * columns * 4, false)
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

interface LinearInputs {
  readonly x: TensorInfo
  readonly weight: TensorInfo
  readonly bias: TensorInfo
}

/** x W + b, where the bias is there first. */
function linear({ inputs: { x, weight, bias }, backend }: Call<LinearInputs>): TensorInfo {
  const [rows = 0, inner = 0] = x.shape
  const columns = bias.shape[0] ?? 0
  const out = backend.makeOutput([rows, columns], 'float32')
  repeatRow(backend, bias, out)
  const left = matrixAt(startOf(backend, x), rows, inner, false)
  multiply(left, matrixAt(startOf(backend, weight), inner, columns, false), startOf(backend, out), true)
  return out
}
