import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { startBackend } from '../../../src/main/devices/start-backend'
import { defaultHome, workspaceAt } from '../../../src/main/files/workspace'
import { tensorflowMissing } from '../../support/backend'
import { failureOf, temporaryFolder } from '../../support/files'

const installed = workspaceAt(defaultHome()).acceleration

/** Loss of a gradient step that goes through a look-up, a product and a softmax. */
async function gradient(): Promise<number[]> {
  const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2])
  const result = tf.tidy(() => {
    const loss = (words: tf.Tensor) => {
      const rows = tf.gather(words, tf.tensor1d([0, 2, 2], 'int32')) as Tensor2D
      return tf.sum(tf.mul(tf.softmax(tf.matMul(rows, rows, false, true)), tf.eye(3)))
    }
    return tf.grad(loss)(table)
  })
  const values = Array.from(await result.data())
  tf.dispose([table, result])
  return values
}

describe('wasm', () => {
  test('starts from its package and trains', async () => {
    const { id, device, versions } = await startBackend('wasm', '/nowhere')
    expect({ id, device }).toEqual({ id: 'wasm', device: 'CPU, one thread' })
    expect(versions).toEqual({ node: process.versions.node, tfjs: tf.version_core })
    expect(tf.getBackend()).toBe('wasm')
    expect((await gradient()).every(Number.isFinite)).toBe(true)
  })

  test('is what auto takes where no acceleration is installed', async () => {
    expect((await startBackend('auto', '/nowhere')).id).toBe('wasm')
  })
})

describe('tensorflow', () => {
  test('that is not installed is refused with how to get it', async () => {
    const failure = await failureOf(startBackend('tensorflow', '/nowhere'))
    expect(failure.code).toBe('backend-unavailable')
    expect(failure.message).toContain('fino accelerate')
  })

  test('that does not load is refused with what to do', async () => {
    if (tf.findBackendFactory('tensorflow')) tf.removeBackend('tensorflow')
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'tensorflow'))
    await writeFile(join(folder, 'tensorflow', 'tfjs_binding.node'), 'this is no library')
    await writeFile(join(folder, 'tensorflow', 'installed.json'), '{"tensorflow":"2.21.0","gpu":false,"wheel":"w"}')
    for (const choice of ['tensorflow', 'auto'] as const) {
      const failure = await failureOf(startBackend(choice, folder))
      expect(failure.code).toBe('backend-unavailable')
      expect(failure.message).toMatch(/does not load: .*tfjs_binding.node.*fino accelerate/)
    }
  })

  test.skipIf(tensorflowMissing)(
    'starts where it is installed, and its gradients are those of wasm (skipped where it is not)',
    async () => {
      const { id, device, versions } = await startBackend('auto', installed)
      expect(id).toBe('tensorflow')
      expect(device).toMatch(/^(CPU, \d+ threads|GPU)$/)
      expect(versions.tensorflow).toMatch(/^2\./)
      const found = await gradient()
      await startBackend('wasm')
      const expected = await gradient()
      for (const [place, value] of found.entries()) expect(value).toBeCloseTo(expected[place] ?? Number.NaN, 5)
    },
  )

  test.skipIf(tensorflowMissing)(
    'shares its kernels with every import of tfjs-core (skipped where it is not installed)',
    async () => {
      await startBackend('tensorflow', installed)
      expect(tf.engine().backendName).toBe('tensorflow')
      expect(tf.getKernel('BatchMatMul', 'tensorflow')).toBeDefined()
      expect(tf.getKernel('UnsortedSegmentSum', 'wasm')).toBeDefined()
    },
  )
})
