/** Measures one piece of work on our side and, where there is one, on the reference's, in turns. */
import { availableParallelism } from 'node:os'
import type { BackendChoice } from '../../../../shared/device'
import { Failure } from '../../../../shared/failure'
import { operations, type StepCase } from './cases'
import type { Profile } from './profile'
import type { Taken } from './steps'
import type { Answers, Question } from './subject'
import { type Subject, startSubject } from './talk'
import { median, medianRatio, takeSlices, takeTurns } from './turns'
import type { WholeJob } from './whole-job'

export interface Measured {
  /** Of one step or pass, or of the whole job; the median. */
  readonly seconds: number
  /** Of all its threads. */
  readonly processorSeconds: number
  readonly peakMemoryBytes: number
  /** Of float32 matrix products between the steps, in 10^9 operations a second; null for a job. */
  readonly gflops: number | null
  /** Of `gflops`, what the work's own products reached; null for a job. */
  readonly share: number | null
  /** Test loss and accuracy of a job: both sides did the same work where they are alike. */
  readonly scores: { readonly loss: number; readonly accuracy: number } | null
  readonly device: string
  readonly versions: Readonly<Record<string, string>>
}

export interface Comparison {
  readonly ours: Measured
  readonly reference: Measured | null
  /** Ours over the reference: the median of pairs. */
  readonly ratio: number | null
  /** Of processor time; on one thread it holds on a busy machine, too. */
  readonly processorRatio: number | null
}

export interface Conditions {
  readonly backend: BackendChoice
  /** Null = all. */
  readonly threads: number | null
  readonly pairs: number
  /** How the reference's process is started; null = ours alone. */
  readonly reference: readonly [command: string, ...words: string[]] | null
}

/** Untimed steps before the first pair: threads start, memory is claimed. */
const warmUps = 2
const sliceMilliseconds = 4000
const profiledSteps = 3

export async function compareSteps(work: StepCase, conditions: Conditions): Promise<Comparison> {
  const steps = warmUps + conditions.pairs
  return await withSubjects(conditions, async (ours, reference) => {
    const sides = [ours, ...(reference ? [reference] : [])]
    const rates: number[][] = sides.map(() => [])
    for (const { subject } of sides) {
      await subject.ask({ do: 'open', work, steps })
      for (let step = 0; step < warmUps; step++) await subject.ask({ do: 'next' })
      await subject.ask({ do: 'rate' })
    }
    const side = (index: number) => async (): Promise<Taken> => {
      const { subject } = sides[index] as Started
      const taken = await subject.ask({ do: 'next' })
      rates[index]?.push((await subject.ask({ do: 'rate' })).gflops)
      return taken
    }
    const nobody = async () => ({ seconds: Number.NaN, processorSeconds: Number.NaN })
    const outcomes = await takeTurns(side(0), reference ? side(1) : nobody, conditions.pairs)
    const [first, second] = await Promise.all(
      sides.map(async (started, index) => {
        const seconds = median(secondsOf(outcomes[index as 0 | 1]))
        const processorSeconds = median(processorSecondsOf(outcomes[index as 0 | 1]))
        const gflops = median(rates[index] as number[])
        const share = operations(work) / seconds / 1e9 / gflops
        return { ...(await finish(started)), seconds, processorSeconds, gflops, share, scores: null }
      }),
    )
    const ratioOf = (values: (taken: readonly Taken[]) => number[]) =>
      second ? medianRatio(values(outcomes[0]), values(outcomes[1])) : null
    return {
      ours: first as Measured,
      reference: second ?? null,
      ratio: ratioOf(secondsOf),
      processorRatio: ratioOf(processorSecondsOf),
    }
  })
}

export async function compareJobs(job: WholeJob, conditions: Conditions): Promise<Comparison> {
  return await withSubjects(conditions, async (ours, reference) => {
    const answers: Answers['job'][] = []
    const sides = [ours, ...(reference ? [reference] : [])].map((started, index) => ({
      ...started,
      work: async () => {
        answers[index] = await started.subject.ask({ do: 'job', job })
      },
    }))
    const [first, second] = sides
    const seconds = second
      ? await takeSlices([first as typeof second, second], sliceMilliseconds)
      : [await timed((first as NonNullable<typeof first>).work)]
    const measured = await Promise.all(
      sides.map(async (side, index) => ({
        ...(await finish(side)),
        seconds: seconds[index] as number,
        gflops: null,
        share: null,
        processorSeconds: answers[index]?.processorSeconds ?? Number.NaN,
        scores: answers[index] ?? null,
      })),
    )
    const [oursMeasured, referenceMeasured] = measured
    return {
      ours: oursMeasured as Measured,
      reference: referenceMeasured ?? null,
      ratio: referenceMeasured ? (oursMeasured as Measured).seconds / referenceMeasured.seconds : null,
      processorRatio: referenceMeasured
        ? (oursMeasured as Measured).processorSeconds / referenceMeasured.processorSeconds
        : null,
    }
  })
}

/** Ours alone, operation by operation: inside a graph they cannot be told apart. */
export async function profileSteps(work: StepCase, conditions: Conditions): Promise<Profile> {
  return await withSubjects(
    { ...conditions, reference: null },
    async ({ subject }) => {
      await subject.ask({ do: 'open', work, steps: warmUps + profiledSteps })
      for (let step = 0; step < warmUps; step++) await subject.ask({ do: 'next' })
      return await subject.ask({ do: 'profile', steps: profiledSteps })
    },
    { FINO_GRAPHS: 'off' },
  )
}

interface Started {
  readonly subject: Subject
  readonly pid: number
  readonly device: string
  readonly versions: Readonly<Record<string, string>>
}

async function withSubjects<Result>(
  conditions: Conditions,
  use: (ours: Started, reference: Started | null) => Promise<Result>,
  variables: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const threads = conditions.threads ?? availableParallelism()
  const limits = conditions.threads === null ? {} : { TF_NUM_INTRAOP_THREADS: String(threads) }
  const environment = { ...limits, ...variables }
  const subjects: Subject[] = []
  const start = async (command: string, words: readonly string[]): Promise<Started> => {
    const subject = startSubject(command, words, environment)
    subjects.push(subject)
    return { subject, ...(await subject.ask({ do: 'start', backend: conditions.backend, threads })) }
  }
  try {
    const entry = process.argv[1]
    if (entry === undefined) throw new Failure('internal', 'The benchmark does not know its own file.')
    const [command, ...words] = conditions.reference ?? []
    const [ours, reference] = await Promise.all([
      start(process.execPath, [entry, '--subject']),
      command === undefined ? null : start(command, words),
    ])
    return await use(ours, reference)
  } finally {
    await Promise.all(subjects.map((subject) => subject.end()))
  }
}

async function finish({ subject, device, versions }: Started) {
  const question: Extract<Question, { do: 'end' }> = { do: 'end' }
  return { ...(await subject.ask(question)), device, versions }
}

const secondsOf = (taken: readonly Taken[]) => taken.map(({ seconds }) => seconds)
const processorSecondsOf = (taken: readonly Taken[]) => taken.map(({ processorSeconds }) => processorSeconds)

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1000
}
