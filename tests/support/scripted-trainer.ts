/** A trainer without processes: each job is answered by a function, so that a test decides what the worker does and when. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobName, Jobs, TrainOutput } from '../../src/main/trainer/contract'
import type { JobHooks, RunningJob, Trainer } from '../../src/main/trainer/trainer'
import { Failure } from '../../src/shared/failure'
import type { RunResult } from '../../src/shared/result'
import type { StrategyDescription } from '../../src/shared/strategy'

export interface Control {
  hooks: JobHooks
  /** Resolves with what the job was asked: 'stop' or 'cancel'. */
  asked: Promise<'stop' | 'cancel'>
}

export type Answers = {
  [Name in JobName]?: (input: Jobs[Name]['input'], control: Control) => Promise<Jobs[Name]['output']>
}

export interface ScriptedTrainer extends Trainer {
  /** Every job that was given, in order. */
  readonly jobs: { name: JobName; input: unknown }[]
  readonly answers: Answers
}

export function scriptedTrainer(answers: Answers = {}): ScriptedTrainer {
  const jobs: ScriptedTrainer['jobs'] = []
  const all: Answers = { ...usualAnswers(), ...answers }
  let closed = false
  const open: ((failure: Failure) => void)[] = []

  const start: Trainer['start'] = (name, input, hooks = {}) => {
    jobs.push({ name, input })
    let ask: (what: 'stop' | 'cancel') => void = () => undefined
    const asked = new Promise<'stop' | 'cancel'>((resolve) => {
      ask = resolve
    })
    const answer = all[name] as ((input: unknown, control: Control) => Promise<unknown>) | undefined
    const ended = new Promise<never>((_, reject) => open.push(reject))
    ended.catch(() => undefined)
    const work = async () => {
      if (closed) throw new Failure('worker-exited', 'closed')
      if (answer === undefined) throw new Error(`the test gives no answer to ${name}`)
      return answer(input, { hooks, asked })
    }
    return {
      done: Promise.race([work(), ended]),
      stop: () => ask('stop'),
      cancel: () => ask('cancel'),
    } as RunningJob<never>
  }

  return {
    jobs,
    answers: all,
    start,
    run: (name, input, hooks) => start(name, input, hooks).done,
    close: async () => {
      closed = true
      for (const end of open) end(new Failure('worker-exited', 'The worker was ended.'))
    },
  }
}

export function someStrategy(changes: Partial<StrategyDescription> = {}): StrategyDescription {
  return {
    id: 'lora',
    source: 'Hu et al. 2021',
    trainableParameters: 100,
    totalParameters: 10_000,
    exportFormats: ['peft', 'hugging-face'],
    missingExports: [],
    misfit: null,
    options: [
      { kind: 'number', name: 'rank', value: 8, minimum: 1, maximum: 64, step: 1 },
      { kind: 'several', name: 'targets', value: ['query', 'value'], choices: ['query', 'key', 'value'] },
    ],
    preset: { epochs: 4, batchSize: 16, learningRate: 0.001, weightDecay: 0.01, warmupShare: 0.1 },
    ...changes,
  }
}

export function someResult(changes: Partial<RunResult> = {}): RunResult {
  const metrics = {
    kind: 'single-label' as const,
    ...{ accuracy: 0.9, macroF1: 0.88, loss: 0.3, examples: 10, perClass: [], confusion: [] },
  }
  return {
    validation: metrics,
    test: metrics,
    naive: { ...metrics, accuracy: 0.5, macroF1: 0.33, loss: 0.7 },
    trainableParameters: 100,
    totalParameters: 10_000,
    steps: 40,
    epochs: 4,
    seconds: 20,
    tokensPerSecond: 1000,
    peakMemoryBytes: 5e8,
    bestStep: 30,
    stoppedBecause: 'finished',
    leftOutTexts: 0,
    ...changes,
  }
}

export function someOutput(result: RunResult = someResult()): TrainOutput {
  return {
    result,
    testRows: [{ id: 3, text: 'late again', target: 'delivery', predicted: 'billing', probability: 0.7, loss: 1.2 }],
    backend: 'wasm',
    device: 'CPU, one thread',
    versions: { node: '24' },
  }
}

/** Waits until asked to stop or cancel. */
export async function trainUntilAsked(_input: unknown, { hooks, asked }: Control): Promise<TrainOutput> {
  hooks.progress?.(
    {
      phase: 'training',
      step: 1,
      totalSteps: 40,
      epoch: 0.1,
      phaseShare: 0.025,
      tokensPerSecond: 500,
      remainingSeconds: 39,
      elapsedSeconds: 1,
      memoryBytes: 1e8,
    },
    [{ step: 1, name: 'train/loss', value: 0.7 }],
  )
  if ((await asked) === 'cancel') throw new Failure('cancelled', 'Cancelled.')
  return someOutput(someResult({ stoppedBecause: 'asked', epochs: 1 }))
}

function usualAnswers(): Answers {
  return {
    'describe-model': async () => ({
      architecture: 'bert',
      parameters: 9900,
      layers: 2,
      width: 32,
      heads: 2,
      keyValueHeads: 2,
      headSize: 16,
      feedForwardWidth: 64,
      vocabularySize: 100,
      maximumLength: 128,
      byteLength: 40_000,
      contentHash: 'f00d',
    }),
    'describe-strategies': async () => [someStrategy()],
    'token-lengths': async () => [],
    'data-cost': async () => ({
      trainingTokensPerEpoch: 1000,
      validationTokens: 200,
      testTokens: 200,
      stepsPerEpoch: 10,
      longestBatchTokens: 200,
      hashes: { config: 'c', train: '1', validation: '2', test: '3' },
    }),
    probe: async () => ({
      backend: 'wasm',
      secondsPerTrainingToken: 0.004,
      secondsPerEvaluationToken: 0.001,
      loadSeconds: 1,
      peakMemoryBytes: 4e8,
      trainingTokensPerEpoch: 1000,
      evaluationTokens: 200,
      stepsPerEpoch: 10,
    }),
    'measure-backends': async () => [
      { id: 'wasm', device: 'CPU, one thread', available: true, reason: null, gflops: 20 },
      { id: 'tensorflow', device: '', available: false, reason: 'It is not installed.', gflops: null },
    ],
    train: async () => someOutput(),
    'predict-texts': async ({ texts }, { hooks }) => {
      hooks.counted?.(texts.length, texts.length)
      return texts.map((text) => ({
        kind: 'single-label' as const,
        label: text.includes('!') ? 'angry' : 'calm',
        probabilities: [0.75, 0.25],
      }))
    },
    export: async ({ folder }) => {
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'adapter_config.json'), '{}')
      return {
        format: 'peft',
        byteLength: 2,
        snippet: 'import peft',
        certificate: {
          examples: 10,
          trainedScore: 0.9,
          exportedScore: 0.9,
          maximumLogitDifference: 0,
          passed: true,
        },
      }
    },
  }
}
