/** The `webgpu` backend: a graphics card of any vendor, with kernels in place of those that training cannot use. */
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'

/** Call once TensorFlow.js' own kernels are registered; what comes after the first call changes nothing. */
export function registerWebGpuKernels(): void {
  if (registered) return
  registered = true
  setKernel<SumCall>('UnsortedSegmentSum', () => unsortedSegmentSum)
  setKernel<AddCall>('AddN', (before) => (call) => addInGroups(call, before))
}

let registered = false

const backendName = 'webgpu'
const threads = 64

/** What Fino's kernels use of TensorFlow.js' WebGPUBackend. */
interface WebGpuBackend {
  runWebGPUProgram(
    program: Program,
    inputs: readonly TensorInfo[],
    dtype: 'float32' | 'int32',
    uniforms?: undefined,
    output?: TensorInfo,
  ): TensorInfo
  disposeData(dataId: object): boolean
}

/** WGSL with what TensorFlow.js declares around it: inputs by name, `result`, and their shapes in `uniforms`. */
interface Program {
  /** Tells programs apart whose code differs. */
  readonly shaderKey: string
  readonly variableNames: readonly string[]
  readonly outputShape: readonly number[]
  readonly workgroupSize: readonly [number, number, number]
  readonly dispatchLayout: { readonly x: readonly number[] }
  readonly dispatch: readonly [number, number, number]
  getUserCode(): string
}

function programOf(
  shaderKey: string,
  variableNames: readonly string[],
  outputShape: readonly number[],
  { count, code }: { count: number; code: string },
): Program {
  return {
    ...{ shaderKey, variableNames, outputShape },
    workgroupSize: [threads, 1, 1],
    dispatchLayout: { x: outputShape.map((_, axis) => axis) },
    dispatch: [Math.ceil(count / threads), 1, 1],
    getUserCode: () => code,
  }
}

type Kernel<Call> = (call: Call) => TensorInfo

function setKernel<Call>(kernelName: string, make: (before: Kernel<Call>) => Kernel<Call>): void {
  const before = tf.getKernel(kernelName, backendName)
  if (!before) throw new Error(`the webgpu backend lacks the kernel ${kernelName}`)
  tf.unregisterKernel(kernelName, backendName)
  const kernelFunc = make(before.kernelFunc as unknown as Kernel<Call>) as unknown as KernelFunc
  tf.registerKernel({ ...before, kernelFunc })
}

interface AddCall {
  readonly inputs: readonly TensorInfo[]
  readonly backend: WebGpuBackend
}

/** A card binds eight tensors at least, the result among them; TensorFlow.js would bind any number. */
const addedAtOnce = 7

function addInGroups({ inputs, backend }: AddCall, add: Kernel<AddCall>): TensorInfo {
  let sum = add({ inputs: inputs.slice(0, addedAtOnce), backend })
  for (let from = addedAtOnce; from < inputs.length; from += addedAtOnce - 1) {
    const more = add({ inputs: [sum, ...inputs.slice(from, from + addedAtOnce - 1)], backend })
    backend.disposeData(sum.dataId)
    sum = more
  }
  return sum
}

interface SumCall {
  readonly inputs: { readonly x: TensorInfo; readonly segmentIds: TensorInfo }
  readonly attrs: { readonly numSegments: number }
  readonly backend: WebGpuBackend
}

/**
 * Rows of float32 x are added up by the segment that they belong to; a segment of none is zero. TensorFlow.js adds them in
 * whatever order its threads come, so that the same seed would not give the same losses; here it is the order of the rows.
 */
function unsortedSegmentSum({ inputs, attrs: { numSegments }, backend }: SumCall): TensorInfo {
  const { x, segmentIds } = inputs
  const rows = tf.util.sizeFromShape(segmentIds.shape)
  const width = tf.util.sizeFromShape(x.shape) / Math.max(1, rows)
  const ids = { ...segmentIds, shape: [rows] }
  const sums = zeros([numSegments, width], backend)
  if (rows > 0) {
    const next = programOf('finoNextOfSegment', ['ids'], [rows], { count: rows, code: nextOfSegment })
    const links = backend.runWebGPUProgram(next, [ids], 'int32')
    const count = rows * width
    const add = programOf('finoSegmentSum', ['x', 'ids', 'links'], sums.shape, { count, code: segmentSum })
    backend.runWebGPUProgram(add, [{ ...x, shape: [rows, width] }, ids, links], 'float32', undefined, sums)
    backend.disposeData(links.dataId)
  }
  return { ...sums, shape: [numSegments, ...x.shape.slice(segmentIds.shape.length)] }
}

function zeros(shape: readonly number[], backend: WebGpuBackend): TensorInfo {
  const fill = tf.getKernel('Fill', backendName)
  if (!fill) throw new Error('the webgpu backend lacks the kernel Fill')
  const attrs = { shape: [...shape], value: 0, dtype: 'float32' }
  return fill.kernelFunc({ inputs: {}, attrs, backend: backend as object }) as TensorInfo
}

/** For each row the next one of its segment, or the count of rows; negative where another came before. */
const nextOfSegment = `
fn main(index : i32) {
  let rows = uniforms.idsShape;
  if (index >= rows) { return; }
  let id = ids[index];
  var sign = 1;
  for (var at = 0; at < index; at++) {
    if (ids[at] == id) { sign = -1; break; }
  }
  var next = index + 1;
  while (next < rows && ids[next] != id) { next++; }
  result[index] = sign * next;
}
`

/** A thread for each column of each segment's first row goes along the others. */
const segmentSum = `
fn main(index : i32) {
  let rows = uniforms.xShape[0];
  let width = uniforms.xShape[1];
  let row = index / width;
  if (row >= rows || links[row] < 0) { return; }
  let segment = ids[row];
  if (segment < 0 || segment >= uniforms.outShape[0]) { return; }
  let column = index % width;
  var sum = 0.0;
  for (var at = row; at < rows; at = abs(links[at])) {
    sum += x[at * width + column];
  }
  result[segment * width + column] = sum;
}
`
