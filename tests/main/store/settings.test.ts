import { expect, test } from 'vitest'
import { openDatabase } from '../../../src/main/store/database'
import { createSettingsStore } from '../../../src/main/store/settings'
import { createSpeedStore } from '../../../src/main/store/speeds'

test('settings have defaults, keep what was set, and survive a value that they do not know', () => {
  const database = openDatabase(':memory:')
  const settings = createSettingsStore(database)
  expect(settings.get()).toEqual({ language: 'system', colorScheme: 'auto', backend: 'auto' })
  expect(settings.set({ language: 'pt' })).toEqual({ language: 'pt', colorScheme: 'auto', backend: 'auto' })
  expect(createSettingsStore(database).get().language).toBe('pt')
  database.prepare('UPDATE settings SET value = \'"kl"\'').run()
  expect(settings.get().language).toBe('system')
})

test('the best speed of a device is kept; another device starts anew; a backend that cannot run has none', () => {
  const speeds = createSpeedStore(openDatabase(':memory:'))
  const measured = (device: string, gflops: number) =>
    speeds.record(
      [
        { id: 'wasm', device, available: true, reason: null, gflops },
        { id: 'tensorflow', device: 'CPU', available: false, reason: 'not installed', gflops: null },
      ],
      '2026',
    )
  measured('CPU', 20)
  measured('CPU', 5)
  expect(speeds.list()).toEqual([{ backend: 'wasm', device: 'CPU', gflops: 20 }])
  measured('GPU', 15)
  expect(speeds.list()).toEqual([{ backend: 'wasm', device: 'GPU', gflops: 15 }])
})
