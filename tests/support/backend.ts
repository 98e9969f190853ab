/** The backend that engine tests run on: tfjs' plain JavaScript one, the same on every machine. */
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'

export async function startBackend(): Promise<void> {
  await tf.setBackend('cpu')
  await tf.ready()
}
