/** AdamW by TensorFlow's own kernel for Adam: one pass over parameter, moments and gradient, in the memory where they lie. */
import { mul, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core'
import type { UpdateByAdamW } from '../engine/backends/abilities'
import { type Attribute, attributeKinds, types } from '../engine/backends/graph/tape'
import type { Backend, Entry } from './tensorflow-binding'

export function createAdamWUpdate(backend: Backend): UpdateByAdamW {
  return (updates, { beta1, beta2, floor, clipping }) => {
    const { binding } = backend
    const scalars = new Map<number, number>()
    const scalar = (value: number): number => {
      const known = scalars.get(value)
      if (known !== undefined) return known
      const made = binding.createTensor([], types.float32, Float32Array.of(value))
      scalars.set(value, made)
      return made
    }
    try {
      const clip = clipping && binding.tensorDataSync(idOf(backend, clipping))[0] !== 1 ? idOf(backend, clipping) : null
      for (const { variable, first, second, gradient, rate, kept } of updates) {
        const raw = idOf(backend, gradient)
        const clipped = clip === null ? raw : execute(backend, 'Mul', [typed], [raw, clip])
        const lent = [
          lend(backend, 'parameter', variable, kept, scalar),
          lend(backend, 'first', first, 1, scalar),
          lend(backend, 'second', second, 1, scalar),
        ]
        // With both powers of beta at zero the kernel corrects nothing by itself: rate and floor are corrected already.
        const numbers = [0, 0, rate, beta1, beta2, floor].map(scalar)
        binding.executeOp('ResourceApplyAdam', [typed], [...lent.map(({ handle }) => handle), ...numbers, clipped], 0)
        if (clipped !== raw) binding.deleteTensor(clipped)
        for (const { handle, entry } of lent) {
          entry.id = execute(backend, 'ReadVariableOp', [contents], [handle])
          own.set(entry, entry.id)
          binding.deleteTensor(handle)
        }
      }
    } finally {
      for (const id of scalars.values()) binding.deleteTensor(id)
    }
  }
}

/** Memory that this kernel wrote: only the variable knows it, and no array of JavaScript's lies below it. */
const own = new WeakMap<Entry, number>()

/**
 * Lays `kept` times a variable into one of TensorFlow's. The variable's own hold on the memory ends, so that the kernel
 * writes where it lies; the entry must be given what is read afterwards.
 */
function lend(
  backend: Backend,
  part: string,
  variable: Variable,
  kept: number,
  scalar: (value: number) => number,
): { handle: number; entry: Entry } {
  const { binding, tensorMap } = backend
  if (tensorMap.get(variable.dataId).refCount > 1) tidy(() => variable.assign(mul(variable, 1)))
  const id = idOf(backend, variable)
  const entry = tensorMap.get(variable.dataId)
  const inPlace = kept === 1 && own.get(entry) === id
  const content = inPlace ? id : execute(backend, 'Mul', [typed], [id, scalar(kept)])
  const name: Attribute = { name: 'shared_name', type: attributeKinds.text, value: `fino/adamw/${part}` }
  const shape: Attribute = { name: 'shape', type: attributeKinds.shape, value: variable.shape }
  const handle = execute(backend, 'VarHandleOp', [name, contents, shape], [])
  binding.executeOp('AssignVariableOp', [contents], [handle, content], 0)
  binding.deleteTensor(id)
  if (content !== id) binding.deleteTensor(content)
  return { handle, entry }
}

const typed: Attribute = { name: 'T', type: attributeKinds.type, value: types.float32 }
const contents: Attribute = { name: 'dtype', type: attributeKinds.type, value: types.float32 }

function idOf(backend: Backend, tensor: Tensor): number {
  return backend.getInputTensorIds([tensor])[0] as number
}

function execute(
  { binding }: Backend,
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly number[],
): number {
  const [made] = binding.executeOp(name, attributes, inputs, 1)
  if (!made) throw new Error(`${name} gave nothing`)
  return made.id
}
