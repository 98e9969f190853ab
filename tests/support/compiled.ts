/** Tests are too short for compiling to pay: these have it done all the same, or not at all. */
import * as tf from '@tensorflow/tfjs-core'
import { abilities, registerAbilities } from '../../src/main/engine/backends/abilities'

/** From now on all that can be is compiled, however rarely it is done; the backend in charge must be tensorflow. */
export function alwaysCompiled(): () => void {
  const before = abilities()
  const { carryOut } = before
  if (!carryOut) throw new Error(`${tf.getBackend()} compiles nothing`)
  registerAbilities('tensorflow', {
    ...before,
    carryOut: (kind, work) => carryOut({ ...kind, times: Number.POSITIVE_INFINITY }, work),
  })
  return () => registerAbilities('tensorflow', before)
}

/** Operation by operation alone, the update of parameters too. */
export async function neverCompiled<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = abilities()
  registerAbilities(tf.getBackend(), {})
  try {
    return await work()
  } finally {
    registerAbilities(tf.getBackend(), before)
  }
}
