/** Tensors outside the backend: plain arrays under Hugging Face names, in the engine's layout unless said otherwise. */
import type { Tensor } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import type { Parameters } from '../parameters'

export interface FloatArray {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export type Arrays = Readonly<Record<string, FloatArray>>

/** Copies tensors out of the backend, one after the other. */
export async function downloadArrays(tensors: Readonly<Record<string, Tensor>>): Promise<Arrays> {
  const arrays: Record<string, FloatArray> = {}
  for (const [name, tensor] of Object.entries(tensors))
    arrays[name] = { shape: tensor.shape, data: (await tensor.data()) as Float32Array }
  return arrays
}

/** Throws `model-malformed` listing every array that is missing, left over or of another shape. */
export function assignArrays(parameters: Parameters, arrays: Arrays): void {
  const problems = parameters.flatMap(({ name, variable }) => {
    const have = arrays[name]?.shape.join(' x ')
    const need = variable.shape.join(' x ')
    return have === need ? [] : [have === undefined ? `${name} is missing` : `${name} is ${have}, not ${need}`]
  })
  const known = new Set(parameters.map(({ name }) => name))
  problems.push(...Object.keys(arrays).flatMap((name) => (known.has(name) ? [] : [`${name} is unknown`])))
  if (problems.length > 0)
    throw new Failure(
      'model-malformed',
      `The trained tensors do not fit this base model: ${problems.slice(0, 8).join('; ')}. Choose the base model they were trained on.`,
      { problems: problems.length },
    )
  for (const { name, variable } of parameters) {
    const { data } = arrays[name] as FloatArray
    tf.tidy(() => variable.assign(tf.tensor(data, variable.shape, 'float32') as tf.Tensor))
  }
}

/** [rows, columns] -> [columns, rows]: between the engine's [in, out] and the files' [out, in]. */
export function transposeArray({ shape, data }: FloatArray): FloatArray {
  const [rows, columns] = shape as [number, number]
  const turned = new Float32Array(data.length)
  // In blocks, so that both sides stay in the processor's cache.
  const block = 32
  for (let top = 0; top < rows; top += block)
    for (let left = 0; left < columns; left += block)
      for (let row = top; row < Math.min(top + block, rows); row++)
        for (let column = left; column < Math.min(left + block, columns); column++)
          turned[column * rows + row] = data[row * columns + column] as number
  return { shape: [columns, rows], data: turned }
}

/** Between the engine's layout and the files': linear weights and adapters are turned, vectors stay. */
export function turnMatrix(array: FloatArray): FloatArray {
  return array.shape.length === 2 ? transposeArray(array) : array
}
