import { expect, test, vi } from 'vitest'
import { createBackends, withChosenBackend } from '../../../src/main/features/backends'
import type { BackendSpeed, SpeedStore } from '../../../src/main/store/speeds'
import type { Trainer } from '../../../src/main/trainer/trainer'

const wasm = { backend: 'wasm', device: 'CPU, one thread', gflops: 40 } as const
const tensorflow = { backend: 'tensorflow', device: 'CPU, 8 threads', gflops: 300 } as const
const card = { backend: 'webgpu', device: 'NVIDIA L4, buffers up to 2.0 GB', gflops: 5000 } as const

async function chosen(...known: BackendSpeed[]): Promise<string> {
  return (await createBackends({ trainer: idle, speeds: knowing(known) }).choose('auto')).backend
}

test('automatic is the acceleration, and a card that is far faster', async () => {
  expect(await chosen(wasm)).toBe('wasm')
  expect(await chosen(wasm, tensorflow)).toBe('tensorflow')
  expect(await chosen(card, tensorflow, wasm)).toBe('webgpu')
  expect(await chosen(card, { ...tensorflow, gflops: 4000 }, wasm)).toBe('tensorflow')
})

test('software in place of a card is taken only when asked for', async () => {
  const software = { ...card, device: 'llvmpipe, buffers up to 1.0 GB, in software' }
  expect(await chosen(software, wasm)).toBe('wasm')
  const { choose } = createBackends({ trainer: idle, speeds: knowing([software, wasm]) })
  expect(await choose('webgpu')).toEqual(software)
})

test('jobs are told what automatic has come to; what somebody chose stays', () => {
  const start = vi.fn(() => ({ done: new Promise<never>(() => {}), stop() {}, cancel() {} }))
  const speeds: BackendSpeed[] = []
  const trainer = withChosenBackend({ ...idle, start } as unknown as Trainer, knowing(speeds))
  const tell = (input: object) => {
    trainer.start('predict-texts', input as never)
    return start.mock.lastCall?.at(1 as never)
  }
  expect(tell({ backend: 'auto' })).toEqual({ backend: 'auto' })
  speeds.push(card, wasm)
  expect(tell({ backend: 'auto', texts: [] })).toEqual({ backend: 'webgpu', texts: [] })
  expect(tell({ recipe: { backend: 'auto', seed: 1 } })).toEqual({ recipe: { backend: 'webgpu', seed: 1 } })
  expect(tell({ recipe: { backend: 'wasm' } })).toEqual({ recipe: { backend: 'wasm' } })
  expect(tell({ measure: true })).toEqual({ measure: true })
})

const idle = { run: () => Promise.reject(new Error('nothing is to be measured')), close: async () => {} }

function knowing(list: BackendSpeed[]): SpeedStore {
  return { list: () => list, record() {}, clear() {} }
}
