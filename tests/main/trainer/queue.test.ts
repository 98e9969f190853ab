import { expect, test } from 'vitest'
import { createQueue } from '../../../src/main/trainer/queue'

test('tasks run one at a time, in order, and go on after one that fails', async () => {
  const queue = createQueue()
  const events: string[] = []
  const task = (name: string, fails = false) =>
    queue.add(async () => {
      events.push(`${name} begins`)
      await new Promise((resolve) => setTimeout(resolve, 5))
      events.push(`${name} ends`)
      if (fails) throw new Error(`${name} failed`)
      return name
    })
  const first = task('a')
  const second = task('b', true)
  const third = task('c')
  expect(queue.size).toBe(3)
  await expect(second.done).rejects.toThrow('b failed')
  expect(await first.done).toBe('a')
  expect(await third.done).toBe('c')
  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  await queue.idle()
  expect(queue.size).toBe(0)
})

test('a waiting task can be withdrawn, a started one cannot', async () => {
  const queue = createQueue()
  let release: () => void = () => undefined
  const first = queue.add(() => new Promise<void>((resolve) => (release = resolve)))
  const second = queue.add(async () => 'never')
  const refused = expect(second.done).rejects.toMatchObject({ code: 'cancelled' })
  await new Promise((resolve) => setTimeout(resolve, 1))
  expect(second.withdraw()).toBe(true)
  expect(first.withdraw()).toBe(false)
  await refused
  release()
  await first.done
  await queue.idle()
})
