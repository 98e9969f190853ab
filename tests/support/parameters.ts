/** Parameters with values as training might leave them. */
import * as tf from '@tensorflow/tfjs-core'
import type { Parameters } from '../../src/main/engine/parameters'
import { createRandom } from '../../src/main/engine/random'

/** Adds N(0, 0.2) to every value, decided by the seed and the parameter's name. */
export function perturbParameters(parameters: Parameters, seed = 11): void {
  for (const { name, variable } of parameters) {
    const random = createRandom(seed).fork(name)
    const noise = Float32Array.from({ length: variable.size }, () => 0.2 * random.normal())
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(noise, variable.shape, 'float32')) as tf.Tensor))
  }
}
