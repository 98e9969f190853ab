/**
 * One side of a measurement, in a process of its own: answers each line of JSON on standard input with one on standard
 * output. tools/bench/reference.py answers the same lines.
 */
import { createInterface } from 'node:readline'
import type { BackendChoice } from '../../../../shared/device'
import { measureProducts } from '../../../devices/measure'
import { startBackend } from '../../../devices/start-backend'
import { describeFailure } from '../failures'
import { peakMemoryBytes } from '../memory'
import { trainRun } from '../train'
import type { StepCase } from './cases'
import { type Profile, profileWork } from './profile'
import { openSteps, processorSeconds, type Steps, type Taken } from './steps'
import type { WholeJob } from './whole-job'

export type Question =
  | { do: 'start'; backend: BackendChoice; threads: number }
  /** Everything before the first step. `steps`: how many will be asked for at most. */
  | { do: 'open'; work: StepCase; steps: number }
  | { do: 'next' }
  | { do: 'rate' }
  | { do: 'profile'; steps: number }
  | { do: 'job'; job: WholeJob }
  /** Answers and leaves. */
  | { do: 'end' }

export interface Answers {
  start: { pid: number; device: string; versions: Record<string, string> }
  open: Record<never, never>
  next: Taken
  /** The machine's rate for float32 matrix products, as this side multiplies. */
  rate: { gflops: number }
  profile: Profile
  /** Of the test split: shows that both sides did the same work. */
  job: { loss: number; accuracy: number; processorSeconds: number }
  end: { peakMemoryBytes: number }
}

const rateMilliseconds = 150

export async function answerQuestions(): Promise<void> {
  // What jobs say for the log must not come between the answers.
  console.log = console.error
  let steps: Steps | null = null
  const opened = (): Steps => {
    if (!steps) throw new Error('nothing was opened')
    return steps
  }

  async function answer(question: Question): Promise<Answers[Question['do']]> {
    switch (question.do) {
      case 'start': {
        const { device, versions } = await startBackend(question.backend)
        return { pid: process.pid, device: device.replace(/\d+ threads/, `${question.threads} threads`), versions }
      }
      case 'open':
        steps = openSteps(question.work, question.steps)
        return {}
      case 'next':
        return await opened().next()
      case 'rate':
        return { gflops: await measureProducts(rateMilliseconds) }
      case 'profile':
        return await profileWork(() => opened().next(), question.steps)
      case 'job': {
        const before = processorSeconds()
        const { result } = await trainRun({ ...question.job, resume: false }, context)
        if (result.test.kind !== 'single-label') throw new Error(`scored as ${result.test.kind}`)
        return { loss: result.test.loss, accuracy: result.test.accuracy, processorSeconds: processorSeconds() - before }
      }
      case 'end':
        await steps?.dispose()
        return { peakMemoryBytes: peakMemoryBytes() }
      default:
        return question satisfies never
    }
  }

  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line) as Question
    let reply: unknown
    try {
      reply = await answer(question)
    } catch (thrown) {
      reply = { error: describeFailure(thrown).message }
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`)
    if (question.do === 'end') break
  }
}

const nothing = () => undefined
const context = {
  stop: { requested: null },
  progress: nothing,
  counted: nothing,
  checkpoint: nothing,
  flush: nothing,
  breathe: () => new Promise<void>((resolve) => setImmediate(resolve)),
}
