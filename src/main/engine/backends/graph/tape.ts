/**
 * What a piece of mathematics does, written down instead of done: its operations in TensorFlow's own names and numbers, on
 * values of which only type and shape are known.
 */
import { shapesOf } from './shapes'

/** TensorFlow's numbers of types (types.proto), as far as they occur. */
export const types = { float32: 1, int32: 3, uint8: 4, text: 7, complex64: 8, int64: 9, bool: 10 } as const

/** TensorFlow's numbers of kinds of attributes (TF_AttrType of its C interface). */
export const attributeKinds = { text: 0, integer: 1, float: 2, bool: 3, type: 4, shape: 5 } as const

/** Beside TensorFlow's own operations: its first input, once its second is there. */
export const notBefore = 'FinoNotBefore'

export type Numbers = Float32Array | Int32Array | Uint8Array

export interface Attribute {
  readonly name: string
  /** One of `attributeKinds`. */
  readonly type: number
  readonly value: string | number | boolean | readonly number[]
}

export interface Value {
  /** One of `types`. */
  readonly type: number
  readonly shape: readonly number[]
  /** The numbers themselves, where they are known before anything runs. */
  readonly numbers: Numbers | null
}

/** Values are known by their index in `values`. */
export interface Operation {
  readonly name: string
  readonly attributes: readonly Attribute[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

export interface Tape {
  readonly values: readonly Value[]
  readonly operations: readonly Operation[]
  /** Values that no operation made, in the order of their first use. */
  readonly leaves: readonly number[]
  addLeaf(value: Value): number
  /** @throws Untraceable where nothing says what comes out. */
  addOperation(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): readonly number[]
}

/** Something cannot be written down: it has to be done operation by operation. */
export class Untraceable extends Error {}

export function createTape(): Tape {
  const values: Value[] = []
  const operations: Operation[] = []
  const leaves: number[] = []
  return {
    values,
    operations,
    leaves,
    addLeaf(value) {
      leaves.push(values.length)
      return values.push(value) - 1
    },
    addOperation(name, attributes, inputs, count) {
      const made = shapesOf(
        name,
        attributes,
        inputs.map((input) => values[input] as Value),
      )
      if (!made) throw new Untraceable(`nothing is known of the operation ${name}`)
      if (made.length !== count) throw new Untraceable(`${name} gives ${made.length} values, ${count} are asked for`)
      const outputs = made.map((value) => values.push(value) - 1)
      operations.push({ name, attributes, inputs, outputs })
      return outputs
    },
  }
}
