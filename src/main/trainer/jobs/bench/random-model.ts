/** Weights that cost nothing to draw: one block of noise, repeated. What is timed does not depend on their values. */
import type { ExpectedTensor } from '../../../engine/models/weights'
import { createRandom } from '../../../engine/random'

const blockLength = 99_991
const deviation = 0.02

/** Normalizations start at one, as in any model. */
export function randomArrays(
  tensors: readonly ExpectedTensor[],
): Record<string, { shape: number[]; data: Float32Array }> {
  const random = createRandom('weights')
  const block = Float32Array.from({ length: blockLength }, () => deviation * random.normal())
  return Object.fromEntries(
    tensors.map(({ name, shape }) => {
      const data = new Float32Array(shape.reduce((product, length) => product * length, 1))
      if (/norm\.weight$/i.test(name)) data.fill(1)
      else for (let at = 0; at < data.length; at += blockLength) data.set(block.subarray(0, data.length - at), at)
      return [name, { shape: [...shape], data }]
    }),
  )
}
