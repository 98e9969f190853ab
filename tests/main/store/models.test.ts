import { expect, it } from 'vitest'
import { openDatabase } from '../../../src/main/store/database'
import { createModelStore } from '../../../src/main/store/models'
import type { Model } from '../../../src/shared/model'

const model = (id: string, change: Partial<Model> = {}): Model => ({
  id,
  name: 'BERT',
  source: 'folder',
  folder: `/models/${id}`,
  architecture: 'bert',
  parameters: 109_482_240,
  layers: 12,
  width: 768,
  heads: 12,
  keyValueHeads: 4,
  headSize: 64,
  feedForwardWidth: 3072,
  vocabularySize: 30_522,
  maximumLength: 512,
  byteLength: 438_000_000,
  contentHash: 'abc',
  origin: null,
  ...change,
})

it('gives back what was put in, the starter first', () => {
  const store = createModelStore(openDatabase(':memory:'))
  const origin = { baseName: 'BERT', sourceName: 'messages', texts: 94, folder: '/models/a' }
  store.put({ model: model('b'), signature: 's', addedAt: '2026-01-01' })
  store.put({ model: model('a', { origin }), signature: 's', addedAt: '2026-01-02' })
  store.put({ model: model('starter', { source: 'starter' }), signature: 's', addedAt: '2026-01-03' })
  expect(store.list().map((stored) => stored.model.id)).toEqual(['starter', 'b', 'a'])
  expect(store.find('b')).toEqual({ model: model('b'), signature: 's', addedAt: '2026-01-01' })
  expect(store.findByFolder('/models/a')?.model).toEqual(model('a', { origin }))
  expect(store.countActiveRuns('a')).toBe(0)
})

it('replaces the facts of a known model and removes it', () => {
  const store = createModelStore(openDatabase(':memory:'))
  store.put({ model: model('a'), signature: 'one', addedAt: '2026-01-01' })
  store.put({ model: model('a', { contentHash: 'def' }), signature: 'two', addedAt: '2026-01-01' })
  expect(store.list()).toEqual([{ model: model('a', { contentHash: 'def' }), signature: 'two', addedAt: '2026-01-01' }])
  store.remove('a')
  expect(store.find('a')).toBeUndefined()
})
