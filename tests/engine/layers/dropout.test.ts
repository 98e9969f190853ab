import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { dropout, dropoutMask } from '../../../src/main/engine/layers/dropout'
import { createRandom } from '../../../src/main/engine/random'
import { startBackend } from '../../support/backend'

beforeAll(() => startBackend('cpu'))

describe('dropout', () => {
  it('keeps the expected share and the expected sum', () => {
    const mask = dropoutMask(100_001, 0.3, createRandom(1))
    const kept = mask.filter((value) => value !== 0)
    expect(kept.length / mask.length).toBeCloseTo(0.7, 2)
    expect(new Set(kept).size).toBe(1)
    expect(kept[0]).toBeCloseTo(1 / 0.7, 4)
    expect(mask.reduce((sum, value) => sum + value, 0) / mask.length).toBeCloseTo(1, 2)
  })

  it('drops neighbours independently of each other', () => {
    const mask = dropoutMask(100_000, 0.5, createRandom(2))
    const together = mask.filter((value, at) => at % 2 === 0 && value === 0 && mask[at + 1] === 0)
    expect(together.length / 50_000).toBeCloseTo(0.25, 2)
  })

  it('is decided by the generator alone, and is different each time', () => {
    const random = createRandom(3)
    const first = dropoutMask(64, 0.5, random)
    expect(dropoutMask(64, 0.5, createRandom(3))).toEqual(first)
    expect(dropoutMask(64, 0.5, random)).not.toEqual(first)
  })

  it('takes two halves of each draw', () => {
    const [drawn, random] = [createRandom(5), createRandom(5)]
    const mask = dropoutMask(7, 0.25, random)
    const halves = Array.from({ length: 4 }, () => drawn.bits()).flatMap((bits) => [bits >>> 16, bits & 0xffff])
    expect([...mask]).toEqual(halves.slice(0, 7).map((half) => (half >= 0.25 * 0x10000 ? Math.fround(4 / 3) : 0)))
    expect(random.state()).toEqual(drawn.state())
  })

  it('does nothing outside training and with rate 0', () => {
    const x = tf.ones([3, 3])
    expect(dropout(x, 0.5, { training: false })).toBe(x)
    const random = createRandom(4)
    const before = random.state()
    expect(dropout(x, 0, { training: true, random })).toBe(x)
    expect(random.state()).toEqual(before)
  })
})
