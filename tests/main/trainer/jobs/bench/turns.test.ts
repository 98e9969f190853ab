import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { median, medianRatio, takeSlices, takeTurns } from '../../../../../src/main/trainer/jobs/bench/turns'

describe('median', () => {
  it('is the middle value, or the mean of the middle two', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([9, 1, 5, 6])).toBe(5.5)
    expect(median([])).toBeNaN()
  })

  it('of ratios is that of the pairs, not of the sides', () => {
    // One pair met another load: both its sides are slow, its ratio is not.
    expect(medianRatio([1, 10, 1], [2, 20, 4])).toBe(0.5)
    expect(medianRatio([1, 8, 3], [1, 2, 2])).toBe(1.5)
  })
})

describe('taking turns', () => {
  it('changes who is first, and keeps pairs together', async () => {
    const order: string[] = []
    const side = (name: string, seconds: number) => async () => {
      order.push(name)
      return seconds
    }
    expect(await takeTurns(side('ours', 1), side('reference', 2), 3)).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ])
    expect(order).toEqual(['ours', 'reference', 'reference', 'ours', 'ours', 'reference'])
  })
})

describe('taking slices', () => {
  const counting = "let n = 0; setInterval(() => process.send(++n), 5); process.on('message', () => process.exit(0))"
  const start = () => spawn(process.execPath, ['-e', counting], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })

  it.skipIf(process.platform === 'win32')(
    'lets one process run while the other stands still, to the end of both',
    async () => {
      const children = [start(), start()]
      try {
        await Promise.all(children.map((child) => once(child, 'message')))
        const order: number[] = []
        const runner = (index: 0 | 1, count: number) => {
          const child = children[index] as (typeof children)[number]
          return {
            pid: child.pid as number,
            work: () =>
              new Promise<void>((resolve) => {
                let heard = 0
                child.on('message', () => {
                  order.push(index)
                  heard += 1
                  if (heard === count) resolve()
                })
              }),
          }
        }
        const seconds = await takeSlices([runner(0, 20), runner(1, 10)], 40)
        expect(seconds[0]).toBeGreaterThan(0)
        expect(seconds[1]).toBeGreaterThan(0)
        // Both began before either was done: they took turns.
        expect(order.indexOf(1)).toBeLessThan(order.filter((index) => index === 0).length)
      } finally {
        for (const child of children) child.kill('SIGKILL')
      }
    },
  )

  it('fails as the work that fails', async () => {
    const idle = { pid: process.pid, work: async () => undefined }
    const failing = { pid: process.pid, work: async () => Promise.reject(new Error('no memory')) }
    await expect(takeSlices([idle, failing], 1000)).rejects.toThrow('no memory')
  })
})
