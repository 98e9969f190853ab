/** What a backend can do beyond TensorFlow.js' operations. The engine asks for it and does without where it is missing. */
import { getBackend, type Tensor, type TensorContainer, tidy, type Variable } from '@tensorflow/tfjs-core'

export interface Abilities {
  readonly carryOut?: CarryOut
  readonly updateByAdamW?: UpdateByAdamW
  /** `tensor`, though nothing is computed from what is returned before `other` is there. */
  notBefore?(other: Tensor, tensor: Tensor): Tensor
}

/**
 * What `work` returns; the caller owns it, and all else that `work` makes is freed. `work` may be called twice and the first
 * result thrown away, so it draws random numbers only from a state that it sets itself.
 */
export type CarryOut = <Result extends TensorContainer>(kind: WorkKind, work: () => Result) => Result

export interface WorkKind {
  /** Of one kind few sequences of operations are expected, though of many sizes. */
  readonly name: string
  /** How often it is done in the whole job: preparing pays only for what is done often. */
  readonly times: number
  /** Why it is to be done operation by operation; absent = it may be done as a whole. */
  readonly hindrance?: string
}

/** One parameter's AdamW step (training/optimizer.ts). Variable and moments are changed where they lie. */
export interface AdamWUpdate {
  readonly variable: Variable
  readonly first: Variable
  readonly second: Variable
  readonly gradient: Tensor
  /** What the update is multiplied by. */
  readonly rate: number
  /** What the variable is multiplied by before it. */
  readonly kept: number
}

/** @param clipping what every gradient is multiplied by before all else */
export type UpdateByAdamW = (
  updates: readonly AdamWUpdate[],
  numbers: { readonly beta1: number; readonly beta2: number; readonly floor: number; readonly clipping: Tensor | null },
) => void

const known = new Map<string, Abilities>()

/** In place of what the backend of this name could do before. */
export function registerAbilities(backend: string, abilities: Abilities): void {
  known.set(backend, abilities)
}

/** Of the backend in charge. */
export function abilities(): Abilities {
  return known.get(getBackend()) ?? {}
}

/** Does `work` as a whole where the backend can, and else operation by operation. */
export const carryOut: CarryOut = (kind, work) => (abilities().carryOut ?? operationByOperation)(kind, work)

export const operationByOperation: CarryOut = (_kind, work) => tidy(work)
