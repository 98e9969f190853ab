import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { measureBackends } from '../../../src/main/devices/measure'
import { tensorflowMissing } from '../../support/backend'

test('measures every backend, says why one is missing, and leaves the backend that was there', async () => {
  await tf.setBackend('cpu')
  const before = tf.memory().numTensors
  const [wasm, tensorflow] = await measureBackends({ measure: true })

  expect(wasm).toMatchObject({ id: 'wasm', available: true, reason: null })
  expect(wasm?.gflops).toBeGreaterThan(1)
  expect(tensorflow?.id).toBe('tensorflow')
  if (tensorflowMissing) {
    expect(tensorflow).toMatchObject({ available: false, gflops: null })
    expect(tensorflow?.reason).toContain('fino accelerate')
  } else {
    expect(tensorflow).toMatchObject({ available: true, reason: null })
    expect(tensorflow?.gflops).toBeGreaterThan(1)
  }
  expect(tf.getBackend()).toBe('cpu')
  expect(tf.memory().numTensors).toBe(before)
})

test('without measuring it only says what is there', async () => {
  const reports = await measureBackends({ measure: false, folder: '/nowhere' })
  expect(reports.map(({ id, gflops }) => ({ id, gflops }))).toEqual([
    { id: 'wasm', gflops: null },
    { id: 'tensorflow', gflops: null },
    { id: 'webgpu', gflops: null },
  ])
  const [wasm, tensorflow, webgpu] = reports
  expect([wasm?.available, tensorflow?.available]).toEqual([true, false])
  if (!webgpu?.available) expect(webgpu?.reason).toMatch(/another backend/)
})
