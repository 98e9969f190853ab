/** A run's whole state as bytes (safetensors) and back: going on from it gives the same bits as never having stopped. */
import { Failure } from '../../../shared/failure'
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors'
import type { Parameters } from '../parameters'
import type { RandomState } from '../random'
import type { Evaluation, ParameterValues } from './best'
import type { OptimizerState } from './optimizer'

/** Where training stands, between two optimizer steps. */
export interface TrainingState {
  /** Optimizer steps done. */
  readonly step: number
  /** Epochs done, and the steps done in the current one. */
  readonly epoch: number
  readonly stepInEpoch: number
  /** The shuffling generator at the start of the current epoch: its batches follow from it. */
  readonly shuffling: RandomState
  /** The dropout generator before the next step. */
  readonly dropout: RandomState
  readonly best: Evaluation | null
  readonly evaluationsWithoutBetter: number
  readonly trainingSeconds: number
  readonly trainingTokens: number
}

export interface Checkpoint {
  readonly state: TrainingState
  readonly parameters: ParameterValues
  readonly optimizer: OptimizerState
  /** What must be the same for the state to mean the same: recipe, labels, number of texts. */
  readonly fingerprint: string
}

const version = '1'
const groups = { parameters: 'parameters/', first: 'first-moments/', second: 'second-moments/' }

export function encodeCheckpoint(checkpoint: Checkpoint, parameters: Parameters): Uint8Array {
  const { state, optimizer, fingerprint } = checkpoint
  return encodeSafetensors(
    {
      ...toTensors(groups.parameters, checkpoint.parameters, parameters),
      ...toTensors(groups.first, optimizer.first, parameters),
      ...toTensors(groups.second, optimizer.second, parameters),
    },
    { version, state: JSON.stringify(state), optimizerSteps: String(optimizer.steps), fingerprint },
  )
}

/** Fails with `checkpoint-malformed` where the bytes are no checkpoint, or one of another recipe, data or model. */
export function decodeCheckpoint(bytes: Uint8Array, parameters: Parameters, fingerprint: string): Checkpoint {
  const { tensors, metadata } = read(bytes)
  if (metadata.version !== version || metadata.state === undefined) throw malformed('it lacks its state')
  if (metadata.fingerprint !== fingerprint) throw malformed('it belongs to another recipe or other data')
  return {
    state: JSON.parse(metadata.state) as TrainingState,
    parameters: fromTensors(groups.parameters, tensors, parameters),
    optimizer: {
      steps: Number(metadata.optimizerSteps),
      first: fromTensors(groups.first, tensors, parameters),
      second: fromTensors(groups.second, tensors, parameters),
    },
    fingerprint,
  }
}

/** The trained parameters alone, under their own names. */
export function encodeParameters(values: ParameterValues, parameters: Parameters): Uint8Array {
  return encodeSafetensors(toTensors('', values, parameters), { version })
}

/** Fails with `checkpoint-malformed` where a parameter is missing or of another size. */
export function decodeParameters(bytes: Uint8Array, parameters: Parameters): ParameterValues {
  return fromTensors('', read(bytes).tensors, parameters)
}

/** Equal for equal values, in whatever order their fields are: a recipe may have been stored and read back. */
export function fingerprintOf(decisive: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(decisive, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
  })
}

type Decoded = ReturnType<typeof decodeSafetensors>

function read(bytes: Uint8Array): Decoded {
  try {
    return decodeSafetensors(bytes)
  } catch (thrown) {
    throw malformed(thrown instanceof Error ? thrown.message : String(thrown))
  }
}

function toTensors(prefix: string, values: ParameterValues, parameters: Parameters) {
  return Object.fromEntries(
    parameters.map(({ name, variable }) => {
      const data = values[name]
      if (!data) throw new Error(`no value for parameter ${name}`)
      return [prefix + name, { shape: variable.shape, data }]
    }),
  )
}

function fromTensors(prefix: string, tensors: Decoded['tensors'], parameters: Parameters): ParameterValues {
  const values: Record<string, Float32Array> = {}
  const wrong: string[] = []
  for (const { name, variable } of parameters) {
    const found = tensors[prefix + name]
    if (found?.data.length === variable.size) values[name] = found.data as Float32Array
    else wrong.push(`${name} (need ${variable.size} values, have ${found?.data.length ?? 'none'})`)
  }
  if (wrong.length > 0) throw malformed(`it does not fit the model: ${wrong.slice(0, 3).join(', ')}`)
  return values
}

function malformed(reason: string): Failure {
  return new Failure('checkpoint-malformed', `The checkpoint cannot be used: ${reason}. Start the run again.`, {
    reason,
  })
}
