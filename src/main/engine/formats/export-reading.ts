/** What makes a trained model again, read from a folder beside its base: of Fino's exports and of adapters from elsewhere. */
import { Failure } from '../../../shared/failure'
import { outputsOf } from '../../../shared/problem'
import type { ExportFormat, ModelStrategyId, StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import { encoderHeadNames } from '../models/weights'
import { regression } from '../strategies/feature-based'
import { fromAdapterHub } from './adapterhub'
import type { Arrays } from './arrays'
import type { ExportNote } from './export-note'
import { featuresFile, fromFeatures } from './features'
import { type FolderReader, readJson, readWhole } from './folder'
import { weightsFile } from './hugging-face'
import { fromNative, trainedFile } from './native'
import { readPeft } from './peft'
import { fromHead, headFile } from './peft-adaption-prompt'
import { adapterConfigFile, adapterFile } from './peft-method'
import { decodeSafetensors } from './safetensors'

export interface Reading {
  readonly strategy: ModelStrategyId
  readonly options: StrategyOptions
  /** In engine layout under the names of the parameters. */
  readonly values: Arrays
  /** Outputs of the head that reads a text; null = the language-model head; absent = whatever head the base has. */
  readonly outputs?: number | null
  /** Where the files name them. */
  readonly labels?: readonly string[] | null
  /** Tensors of the base itself that are to be replaced. */
  readonly replaced?: Arrays
}

/** The format of a folder without fino.json, by its files. Throws `model-malformed`. */
export async function recognizeFormat(folder: FolderReader): Promise<ExportFormat> {
  const names = (await folder.list()).map(({ name }) => name)
  if (names.includes(adapterConfigFile))
    return 'peft_type' in (await readJson(folder, adapterConfigFile)) ? 'peft' : 'adapterhub'
  if (names.includes('config.json') && names.includes(weightsFile)) return 'hugging-face'
  throw new Failure(
    'model-malformed',
    'The folder is no trained model: it has no fino.json, no adapter_config.json and no config.json with weights. Choose the folder that has.',
  )
}

/** Throws `model-malformed`, `model-unsupported` or `model-pickle`. */
export async function readTrained(
  folder: FolderReader,
  format: Exclude<ExportFormat, 'hugging-face'>,
  config: ModelConfig,
  note: ExportNote | null,
): Promise<Reading> {
  switch (format) {
    case 'peft':
      return await readPeftFolder(folder, config, note)
    case 'adapterhub':
      return { strategy: 'bottleneck-adapter', ...(await fromAdapterHub(folder, config)) }
    case 'features': {
      const { pooling, weight, bias } = fromFeatures(await readJson(folder, featuresFile))
      const values = { [regression.weight]: weight, [regression.bias]: bias }
      return { strategy: 'feature-based', options: { pooling }, values, outputs: bias.data.length }
    }
    case 'fino': {
      if (!note || note.strategy === 'dictionary') throw new Error('needs a note of a trained model')
      const values = fromNative(await readWhole(folder, trainedFile))
      return { strategy: note.strategy, options: note.options, values, outputs: outputsOf(note.problem) }
    }
    case 'dictionary':
      throw new Failure('model-malformed', 'The folder holds a dictionary, which is no language model. Ask it as such.')
    default:
      return format satisfies never
  }
}

async function readPeftFolder(folder: FolderReader, config: ModelConfig, note: ExportNote | null): Promise<Reading> {
  const described = await readJson(folder, adapterConfigFile)
  const adapter = await readWhole(folder, adapterFile)
  const names = (await folder.list()).map(({ name }) => name)
  const head = names.includes(headFile) ? await readWhole(folder, headFile) : null
  const outputs = note ? outputsOf(note.problem) : outputsOfPeft(described, [adapter, ...(head ? [head] : [])], config)
  // Of an adapter without a head, no more than that it reads texts is known: any number of outputs stands for it.
  const reading = readPeft(described, adapter, config, outputs === undefined ? 1 : outputs)
  const values = { ...reading.values, ...(head && fromHead(head)) }
  return { ...reading, values, ...(outputs !== undefined && { outputs }) }
}

/** Undefined where the adapter leaves the head to the base. */
function outputsOfPeft(
  { task_type: task }: Readonly<Record<string, unknown>>,
  files: readonly Uint8Array[],
  config: ModelConfig,
): number | null | undefined {
  if (task === 'CAUSAL_LM') return null
  const last = `${config.family === 'decoder' ? 'score' : encoderHeadNames(config).out}.weight`
  const tensors = files.flatMap((bytes) => Object.entries(decodeSafetensors(bytes).tensors))
  return tensors.find(([name]) => name === last || name.endsWith(`.${last}`))?.[1].shape[0]
}
