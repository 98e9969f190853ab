import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { measureBackends } from '../../../src/main/devices/measure'
import { startBackend } from '../../../src/main/devices/start-backend'
import { largestBuffer, nameOf, openDevice } from '../../../src/main/devices/webgpu-device'
import { type GuardedBackend, guardDevice } from '../../../src/main/devices/webgpu-troubles'
import { failureOf } from '../../support/files'
import { offerSoftwareCard, softwareCardMissing } from '../../support/software-card'

test('software that stands in for a card is told as such', () => {
  const card = { vendor: 'nvidia', architecture: 'ada', device: 'NVIDIA L4', description: '570.1' }
  expect(nameOf(card, 2e9)).toBe('NVIDIA L4, buffers up to 2.0 GB')
  expect(nameOf({ ...card, device: 'llvmpipe (LLVM 15.0.6)' }, 1e9)).toMatch(/, in software$/)
  expect(nameOf({ ...card, isFallbackAdapter: true }, 1e9)).toMatch(/, in software$/)
})

describe.skipIf(softwareCardMissing)('on SwiftShader (skipped where Chromium is missing)', () => {
  beforeAll(offerSoftwareCard)

  test('it is listed, and known to be software', async () => {
    const webgpu = (await measureBackends({ measure: false })).find(({ id }) => id === 'webgpu')
    expect(webgpu).toMatchObject({ available: true, reason: null })
    expect(webgpu?.device).toMatch(/swiftshader.*, buffers up to .* GB, in software$/)
  })

  test('a tensor larger than the card takes is refused before it is made', async () => {
    await startBackend('webgpu')
    const before = tf.memory().numTensors
    const { device } = await openDevice()
    const rows = largestBuffer(device) / 4 / 1024 + 1
    device.destroy()
    const failure = await failureOf((async () => tf.tidy(() => void tf.tile(tf.ones([1, 1024]), [rows, 1])))())
    expect(failure.code).toBe('out-of-memory')
    expect(failure.message).toMatch(/a tensor of 1\.1 GB.*takes 1\.1 GB at most.*smaller batch size/)
    expect(tf.memory().numTensors).toBe(before)
    const sum = tf.tidy(() => tf.sum(tf.ones([2000])))
    expect(await sum.data()).toEqual(Float32Array.of(2000))
    sum.dispose()
  })

  test('what was free is given back where a buffer cannot be had, and then the run fails', async () => {
    const { device } = await openDevice()
    const { backend, freed, refuse } = scriptedBackend()
    guardDevice(device, backend)
    refuse(1)
    backend.bufferManager.acquireBuffer(64, 128, true)
    expect(freed).toEqual([32])
    refuse(2)
    const failure = await failureOf((async () => void backend.bufferManager.acquireBuffer(64, 128, true))())
    expect(failure).toMatchObject({ code: 'out-of-memory', details: { backend: 'webgpu' } })
    device.destroy()
  })

  test('nothing is read or made once the device is lost', async () => {
    const { device } = await openDevice()
    const { backend } = scriptedBackend()
    guardDevice(device, backend)
    expect(await backend.read({})).toBe('values')
    device.destroy()
    await device.lost
    for (const use of [() => backend.read({}), async () => void backend.bufferManager.acquireBuffer(4, 128)]) {
      const failure = await failureOf(use())
      expect(failure.code).toBe('device-lost')
      expect(failure.message).toContain('Start the run again')
    }
  })
})

/** Stands where TensorFlow.js' backend stands; buffers are numbers, of which `refuse` makes the next ones fail. */
function scriptedBackend() {
  const freed: number[] = []
  let refused = 0
  const bufferOf = (size: number) => ({ size, destroy: () => void freed.push(size) })
  const backend: GuardedBackend = {
    read: async () => 'values',
    bufferManager: {
      acquireBuffer(size) {
        if (refused-- > 0) throw new RangeError('createBuffer failed')
        return bufferOf(size)
      },
      freeBuffers: new Map([['32_128', [bufferOf(32)]]]),
      numFreeBuffers: 1,
      numBytesUsed: 0,
      numBytesAllocated: 32,
    },
  }
  return {
    backend,
    freed,
    refuse: (times: number) => {
      refused = times
    },
  }
}
