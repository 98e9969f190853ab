/** Kernels that replace or join those that TensorFlow.js brings for the backend `tensorflow`. */
import {
  add,
  type KernelFunc,
  registerKernel,
  scalar,
  type Tensor,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs-core'
import { type Attribute, attributeKinds, types } from '../engine/backends/graph/tape'

/** After the package's own are registered. */
export function registerTensorflowKernels(): void {
  const backendName = 'tensorflow'
  unregisterKernel('GatherV2', backendName)
  registerKernel({ kernelName: 'GatherV2', backendName, kernelFunc: gather as unknown as KernelFunc })
  const kernelFunc = sumOfSquares as unknown as KernelFunc
  registerKernel({ kernelName: 'FinoSumOfSquares', backendName, kernelFunc })
}

/**
 * Rows of a table, as TensorFlow.js' own kernel but for its reading every index back to check it. TensorFlow refuses wrong
 * ones itself, and what is only written down (tensorflow-graphs.ts) has no numbers to read.
 */
function gather({ inputs, attrs, backend }: Call<'x' | 'indices', { axis: number; batchDims: number }>): Tensor {
  const { x, indices } = inputs
  const axis = scalar(attrs.axis, 'int32')
  const attributes: Attribute[] = [
    { name: 'batch_dims', type: attributeKinds.integer, value: attrs.batchDims },
    { name: 'Tparams', type: attributeKinds.type, value: backend.getDTypeInteger(x.dtype) },
    { name: 'Tindices', type: attributeKinds.type, value: backend.getDTypeInteger(indices.dtype) },
    { name: 'Taxis', type: attributeKinds.type, value: types.int32 },
  ]
  const rows = backend.executeSingleOutput('GatherV2', attributes, [x, indices, axis])
  axis.dispose()
  return rows
}

/** In one pass over x, which makes nothing of its size. */
function sumOfSquares({ inputs, backend }: Call<'x', object>): Tensor {
  const type: Attribute = { name: 'T', type: attributeKinds.type, value: types.float32 }
  return tidy(() => {
    const half = backend.executeSingleOutput('L2Loss', [type], [inputs.x])
    return add(half, half)
  })
}

interface Call<Inputs extends string, Attributes> {
  readonly inputs: Readonly<Record<Inputs, Tensor>>
  readonly attrs: Attributes
  readonly backend: {
    getDTypeInteger(type: string): number
    executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor
  }
}
