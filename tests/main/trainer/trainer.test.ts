import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { createLog } from '../../../src/main/files/log'
import { createTrainer, type JobHooks, type Trainer } from '../../../src/main/trainer/trainer'

const open: Trainer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((trainer) => trainer.close()))
})

function openTrainer(idleMs = 60_000): Trainer {
  const trainer = createTrainer({
    workerFile: fileURLToPath(new URL('../../fixtures/tiny-worker.mjs', import.meta.url)),
    nodeBinary: process.execPath,
    environment: process.env,
    log: createLog('silent'),
    idleMs,
  })
  open.push(trainer)
  return trainer
}

// The tiny worker answers any job by what its input asks for.
interface Answer {
  pid: number
  value: unknown
}
const ask = (
  trainer: Trainer,
  input: object,
  hooks?: JobHooks,
  name: 'describe-model' | 'probe' | 'train' = 'describe-model',
) => trainer.start(name, input as never, hooks)
const echo = async (trainer: Trainer, value: unknown) =>
  (await ask(trainer, { do: 'echo', value }).done) as unknown as Answer

/** Starts a job and resolves once the worker has it in hand. */
async function begun(trainer: Trainer, what: string, name: 'describe-model' | 'probe' | 'train' = 'describe-model') {
  let heard: () => void = () => undefined
  const inHand = new Promise<void>((resolve) => (heard = resolve))
  const job = ask(trainer, { do: what }, { counted: () => heard() }, name)
  job.done.catch(() => undefined)
  await inHand
  return job
}

test('a job travels to the worker and its output comes back, numbers unharmed', async () => {
  const trainer = openTrainer()
  const value = { loss: Number.NaN, step: 3, bytes: new Uint8Array([1, 2, 3]) }
  expect((await echo(trainer, value)).value).toEqual(value)
})

test('one worker stays warm from job to job', async () => {
  const trainer = openTrainer()
  const [first, second] = await Promise.all([echo(trainer, 1), echo(trainer, 2)])
  expect(first.pid).toBe(second.pid)
})

test('an idle worker is shut down and a fresh one takes the next job', async () => {
  const trainer = openTrainer(10)
  const first = await echo(trainer, 1)
  await waitUntilGone(first.pid)
  expect((await echo(trainer, 2)).pid).not.toBe(first.pid)
})

test('quick jobs are answered while a training and a probe are under way', async () => {
  const trainer = openTrainer()
  const training = await begun(trainer, 'wait', 'train')
  const probe = await begun(trainer, 'wait', 'probe')
  expect((await echo(trainer, 'quick')).value).toBe('quick')
  training.stop()
  probe.stop()
  expect(await training.done).toBe('stopped')
  expect(await probe.done).toBe('stopped')
})

test.each(['train', 'probe'] as const)(
  'each %s has a process of its own, whose memory no other job has used',
  async (name) => {
    const trainer = openTrainer()
    const pids = [1, 2].map(async (value) => {
      const { pid } = (await ask(trainer, { do: 'echo', value }, {}, name).done) as unknown as Answer
      return pid
    })
    const [first, second] = await Promise.all(pids)
    expect(first).not.toBe(second)
  },
)

test('a failure of the job arrives as that Failure', async () => {
  await expect(ask(openTrainer(), { do: 'fail' }).done).rejects.toMatchObject({
    name: 'Failure',
    code: 'model-missing',
    message: 'No model there.',
  })
})

test('a job can be cancelled while it waits and while it runs', async () => {
  const trainer = openTrainer()
  const running = await begun(trainer, 'wait')
  const waiting = ask(trainer, { do: 'echo', value: 1 })
  const refused = expect(waiting.done).rejects.toMatchObject({ code: 'cancelled' })
  waiting.cancel()
  await refused
  running.cancel()
  await expect(running.done).rejects.toMatchObject({ code: 'cancelled' })
  expect((await echo(trainer, 'still there')).value).toBe('still there')
})

test('a worker that exits by itself fails its job with the code and its last words; the next job gets a fresh one', async () => {
  const trainer = openTrainer()
  await expect(ask(trainer, { do: 'exit' }).done).rejects.toMatchObject({
    code: 'worker-exited',
    message: expect.stringMatching(/exit code 7.*reactor is on fire/),
    details: { exitCode: 7, signal: null },
  })
  expect((await echo(trainer, 'again')).value).toBe('again')
})

test('a worker that its own memory ended says so', async () => {
  const trainer = openTrainer()
  await expect(ask(trainer, { do: 'exhaust' }).done).rejects.toMatchObject({
    code: 'out-of-memory',
    details: { exitCode: null, signal: 'SIGABRT' },
  })
})

test('a worker killed from outside fails its job with the signal', async () => {
  const trainer = openTrainer()
  const { pid } = await echo(trainer, 0)
  const job = await begun(trainer, 'wait')
  process.kill(pid, 'SIGKILL')
  await expect(job.done).rejects.toMatchObject({ code: 'worker-exited', details: { signal: 'SIGKILL' } })
})

test('a job whose progress cannot be taken in fails with that reason, and the next one is done', async () => {
  const trainer = openTrainer()
  const full = () => {
    throw new Error('the disk is full')
  }
  await expect(ask(trainer, { do: 'ignore' }, { counted: full }).done).rejects.toThrow('the disk is full')
  expect((await echo(trainer, 'again')).value).toBe('again')
})

test('a worker that cannot be started fails the job', async () => {
  const trainer = createTrainer({
    workerFile: 'worker.js',
    nodeBinary: '/nowhere/node',
    environment: process.env,
    log: createLog('silent'),
  })
  open.push(trainer)
  await expect(ask(trainer, { do: 'echo' }).done).rejects.toMatchObject({ code: 'worker-exited' })
})

test('closing ends the workers and fails what was under way or waiting', async () => {
  const trainer = openTrainer()
  const { pid } = await echo(trainer, 0)
  const running = await begun(trainer, 'ignore')
  const waiting = ask(trainer, { do: 'echo' })
  const bothFail = Promise.all([
    expect(running.done).rejects.toMatchObject({ code: 'worker-exited' }),
    expect(waiting.done).rejects.toMatchObject({ code: 'worker-exited' }),
  ])
  await trainer.close()
  await bothFail
  expect(isAlive(pid)).toBe(false)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function waitUntilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10))
}
