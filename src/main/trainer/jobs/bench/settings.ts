/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util'
import { type BackendChoice, backendChoiceSchema } from '../../../../shared/device'
import { Failure } from '../../../../shared/failure'
import { type ModelStrategyId, strategyIds } from '../../../../shared/strategy'
import { type ModelName, modelNames, lengths as usualLengths, usualStrategies } from './cases'

export interface Settings {
  readonly models: readonly ModelName[]
  readonly strategies: readonly ModelStrategyId[]
  readonly lengths: readonly number[]
  /** The whole job, too, or alone. */
  readonly steps: boolean
  readonly job: boolean
  readonly jobStrategies: readonly ModelStrategyId[]
  /** Timed measurements of each side; they take turns. */
  readonly pairs: number
  /** Texts of the whole job. */
  readonly texts: number
  /** A CSV file with the columns text and label. */
  readonly data: string | null
  readonly backends: readonly BackendChoice[]
  /** Null = as many as the machine has. */
  readonly threads: number | null
  /** Python with torch, transformers and peft. */
  readonly reference: string | null
  /** Python with AdapterHub's `adapters`, for bottleneck adapters, which peft lacks. */
  readonly referenceAdapters: string | null
  readonly recompute: boolean
  readonly profile: boolean
  readonly json: boolean
}

const modelStrategies = strategyIds.filter((id): id is ModelStrategyId => id !== 'dictionary')
/** Of a whole job, where none is named. */
const usualJobs: readonly ModelStrategyId[] = ['full', 'lora', 'head-only', 'feature-based']

export const usage = `npm run bench -- [options]
  --reference PYTHON           the same work through torch, transformers and peft, in turns with ours
  --reference-adapters PYTHON  the same with AdapterHub's adapters, for bottleneck-adapter
  --only A,B,...               of ${modelNames.join(', ')}; of the strategies; job
                               (default: ${modelNames[0]}, all strategies, no job)
  --length N,...               tokens of each text (default: ${usualLengths[0]})
  --all                        every model, length and strategy, and the job
  --pairs N                    timed steps of each side (default: 5)
  --texts N, --data FILE       of the job (default: 5000; the example data)
  --backend B,...              ${backendChoiceSchema.options.join(', ')} (default: auto)
  --threads N                  of either side (default: all)
  --recompute                  our layers computed twice, for less memory
  --profile                    where the time of a step goes, by operation
  --json                       one JSON document`

/** Throws `usage`. */
export function readSettings(words: readonly string[]): Settings {
  const values = parse(words)
  const named = list(values.only)
  const unknown = named.filter((name) => ![...modelNames, ...modelStrategies, 'job'].includes(name))
  if (unknown.length > 0) throw refusal(`--only does not know ${unknown.join(', ')}.`)
  const models = modelNames.filter((name) => named.includes(name))
  const strategies = modelStrategies.filter((name) => named.includes(name))
  const all = values.all === true
  const job = all || named.includes('job')
  return {
    models: models.length > 0 ? models : all ? modelNames : modelNames.slice(0, 1),
    strategies: strategies.length > 0 ? strategies : usualStrategies,
    lengths: values.length === undefined ? (all ? usualLengths : usualLengths.slice(0, 1)) : lengthsOf(values.length),
    steps: all || !job || models.length > 0 || values.length !== undefined,
    job,
    jobStrategies: strategies.length > 0 ? strategies : usualJobs,
    pairs: whole('pairs', values.pairs, 1) ?? 5,
    texts: whole('texts', values.texts, 50) ?? 5000,
    data: values.data ?? null,
    backends: list(values.backend ?? 'auto').map(backendOf),
    threads: whole('threads', values.threads, 1),
    reference: values.reference ?? null,
    referenceAdapters: values['reference-adapters'] ?? null,
    recompute: values.recompute === true,
    profile: values.profile === true,
    json: values.json === true,
  }
}

function parse(words: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      args: [...words],
      options: {
        reference: text,
        'reference-adapters': text,
        only: text,
        length: text,
        all: flag,
        pairs: text,
        texts: text,
        data: text,
        backend: text,
        threads: text,
        recompute: flag,
        profile: flag,
        json: flag,
      },
    }).values
  } catch (thrown) {
    throw refusal((thrown as Error).message)
  }
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function lengthsOf(text: string): number[] {
  return list(text).map((word) => {
    const length = whole('length', word, 4)
    if (length !== null && length % 8 === 0 && length <= 512) return length
    throw refusal('--length takes multiples of 8 up to 512, with commas between.')
  })
}

function backendOf(name: string): BackendChoice {
  const { data } = backendChoiceSchema.safeParse(name)
  if (data !== undefined) return data
  throw refusal(`--backend takes ${backendChoiceSchema.options.join(', ')}.`)
}

function whole(name: string, text: string | undefined, minimum: number): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (Number.isInteger(value) && value >= minimum) return value
  throw refusal(`--${name} takes whole numbers from ${minimum} on.`)
}

function refusal(reason: string): Failure {
  return new Failure('usage', `${reason}\n\n${usage}`)
}
