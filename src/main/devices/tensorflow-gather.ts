/**
 * Rows of a table, as TensorFlow.js' own kernel but for its reading every index back to check it. TensorFlow refuses wrong
 * ones itself, and what is only written down (tensorflow-graphs.ts) has no numbers to read.
 */
import { type KernelFunc, registerKernel, scalar, type TensorInfo, unregisterKernel } from '@tensorflow/tfjs-core'
import { type Attribute, attributeKinds, types } from '../engine/backends/graph/tape'

/** In place of the kernel that comes with the backend. */
export function registerGather(): void {
  unregisterKernel('GatherV2', 'tensorflow')
  registerKernel({ kernelName: 'GatherV2', backendName: 'tensorflow', kernelFunc: gather as unknown as KernelFunc })
}

function gather({ inputs, attrs, backend }: GatherCall): TensorInfo {
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

interface GatherCall {
  readonly inputs: { readonly x: TensorInfo; readonly indices: TensorInfo }
  readonly attrs: { readonly axis: number; readonly batchDims: number }
  readonly backend: {
    getDTypeInteger(type: string): number
    executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly TensorInfo[]): TensorInfo
  }
}
