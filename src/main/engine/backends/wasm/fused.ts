/** Kernels in which many of TensorFlow.js' operations are one, and faster ones for some of its own. */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { type Call, setKernel, startOf, valuesOf, type WasmBackend } from './backend'
import { type FusedFunctions, fusedModule } from './fused-code'
import type { WasmHost } from './product'

export let functions: FusedFunctions
/** Room for a few numbers that functions take or give by their place. */
let scratch: number

/** Call once the backend is there. */
export function startFusedKernels({ wasm }: WasmBackend, host: WasmHost, fused: boolean): void {
  functions = host.start(fusedModule(fused), wasm.asm.memory) as FusedFunctions
  scratch = wasm._malloc(16)
}

/** Their names and meaning: layers/fused.ts. */
export function registerFusedKernels(): void {
  setKernel('FinoGelu', () => gelu)
  setKernel('FinoGeluGradient', () => geluGradient)
  setKernel('FinoNormalize', () => normalize)
  setKernel('FinoNormalizeGradient', () => normalizeGradient)
  setKernel('FinoSumOfSquares', () => sumOfSquares)
  setKernel('FinoDropout', () => dropout)
  setKernel('Identity', () => share)
  setKernel<X, Permutation>('Transpose', (before) => (call) => (swapsMiddle(call) ? swapMiddle(call) : before(call)))
  setKernel<X, Reduction>('Sum', (before) => (call) => (addsRows(call) ? addRows(call) : before(call)))
}

interface X {
  readonly x: TensorInfo
}

const sizeOf = ({ shape }: TensorInfo) => tf.util.sizeFromShape(shape)
const like = (backend: WasmBackend, { shape }: TensorInfo) => backend.makeOutput(shape, 'float32')

function gelu({ inputs: { x }, backend }: Call<X>): TensorInfo {
  const y = like(backend, x)
  functions.gelu(startOf(backend, x), startOf(backend, y), sizeOf(x))
  return y
}

function geluGradient({ inputs: { x, dy }, backend }: Call<X & { readonly dy: TensorInfo }>): TensorInfo {
  const dx = like(backend, x)
  functions.geluGradient(startOf(backend, x), startOf(backend, dy), startOf(backend, dx), sizeOf(x))
  return dx
}

interface Normalized extends X {
  readonly gain: TensorInfo
}

function normalize(call: Call<Normalized & { readonly bias: TensorInfo }, { readonly epsilon: number }>): TensorInfo[] {
  const { inputs, attrs, backend } = call
  const { x, gain, bias } = inputs
  const [rows = 0, width = 0] = x.shape
  const y = like(backend, x)
  const statistics = backend.makeOutput([rows, 2], 'float32')
  const [xAt, gainAt, biasAt, yAt, statisticsAt] = placesOf(backend, [x, gain, bias, y, statistics])
  functions.normalize(xAt, gainAt, biasAt, yAt, statisticsAt, rows, width, attrs.epsilon)
  return [y, statistics]
}

function normalizeGradient(
  call: Call<Normalized & { readonly statistics: TensorInfo; readonly dy: TensorInfo }>,
): TensorInfo[] {
  const { inputs, backend } = call
  const { x, statistics, gain, dy } = inputs
  const [rows = 0, width = 0] = x.shape
  const dx = like(backend, x)
  const [dGain, dBias] = [zeros(backend, [width]), zeros(backend, [width])]
  const places = placesOf(backend, [x, statistics, gain, dy, dx, dGain, dBias])
  functions.normalizeGradient(...(places as [number, number, number, number, number, number, number]), rows, width)
  return [dx, dGain, dBias]
}

/** Values whose squares are added up in single precision; the sums of so many are, in double precision. */
const addedAtOnce = 2 ** 14

function sumOfSquares({ inputs: { x }, backend }: Call<X>): TensorInfo {
  const sum = backend.makeOutput([], 'float32')
  const at = startOf(backend, x)
  const part = new Float32Array(backend.wasm.asm.memory.buffer, scratch, 1)
  let all = 0
  for (let done = 0; done < sizeOf(x); done += addedAtOnce) {
    functions.sumOfSquares(at + done * 4, scratch, Math.min(addedAtOnce, sizeOf(x) - done))
    all += part[0] as number
  }
  valuesOf(backend, sum)[0] = all
  return sum
}

interface DropoutAttributes {
  readonly threshold: number
  readonly kept: number
  /** Of the generator: it moves on. */
  readonly state: Uint32Array
}

function dropout({ inputs: { x }, attrs, backend }: Call<X, DropoutAttributes>): TensorInfo {
  const y = like(backend, x)
  const held = new Uint32Array(backend.wasm.asm.memory.buffer, scratch, 4)
  held.set(attrs.state)
  functions.dropout(startOf(backend, x), startOf(backend, y), scratch, attrs.threshold, sizeOf(x), attrs.kept)
  attrs.state.set(held)
  return y
}

/** TensorFlow.js copies here, which it does to every tensor that it saves for a gradient; nothing writes into a tensor. */
function share({ inputs: { x }, backend }: Call<X>): TensorInfo {
  backend.incRef(x.dataId)
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
}

interface Permutation {
  readonly perm: readonly number[]
}

function swapsMiddle({ inputs: { x }, attrs: { perm } }: Call<X, Permutation>): boolean {
  return x.dtype === 'float32' && perm.join() === '0,2,1,3'
}

/** Heads beside each other apart, and back. */
function swapMiddle({ inputs: { x }, backend }: Call<X>): TensorInfo {
  const [outer = 0, a = 0, b = 0, width = 0] = x.shape
  const y = backend.makeOutput([outer, b, a, width], 'float32')
  functions.swapMiddle(startOf(backend, x), startOf(backend, y), outer, a, b, width)
  return y
}

interface Reduction {
  readonly axis: number | number[]
  readonly keepDims: boolean
}

function addsRows({ inputs: { x }, attrs: { axis } }: Call<X, Reduction>): boolean {
  const axes = tf.util.parseAxisParam(axis, x.shape)
  const leading = axes.every((found) => found < axes.length)
  return x.dtype === 'float32' && leading && axes.length > 0 && axes.length < x.shape.length
}

/** What a bias gets of the gradient, for which TensorFlow.js turns the whole matrix first. */
function addRows({ inputs: { x }, attrs: { axis, keepDims }, backend }: Call<X, Reduction>): TensorInfo {
  const count = tf.util.parseAxisParam(axis, x.shape).length
  const left = x.shape.slice(count)
  const sums = zeros(backend, keepDims ? [...x.shape.slice(0, count).fill(1), ...left] : left)
  const width = sizeOf(sums)
  const rows = tf.util.sizeFromShape(x.shape.slice(0, count))
  functions.addRows(startOf(backend, x), startOf(backend, sums), rows, width)
  return sums
}

/** Every row of [rows, width] becomes `row`. */
export function repeatRow(backend: WasmBackend, row: TensorInfo, target: TensorInfo): void {
  const [rows = 0, width = 0] = target.shape
  functions.repeatRow(startOf(backend, row), startOf(backend, target), rows, width)
}

function zeros(backend: WasmBackend, shape: readonly number[]): TensorInfo {
  const made = backend.makeOutput(shape, 'float32')
  valuesOf(backend, made).fill(0)
  return made
}

function placesOf<const Tensors extends readonly TensorInfo[]>(
  backend: WasmBackend,
  tensors: Tensors,
): { [Place in keyof Tensors]: number } {
  return tensors.map((tensor) => startOf(backend, tensor)) as { [Place in keyof Tensors]: number }
}
