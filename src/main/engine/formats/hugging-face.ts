/** Hugging Face model folders: config.json and safetensors, read into the engine's layout and written back. */
import type { Tensor } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import { type EncoderConfig, parseConfig } from '../models/config'
import { countValues, type ExpectedTensor, expectedTensors, headTensors, matchTensors } from '../models/weights'
import type { Weights } from '../parameters'
import { type Arrays, transposeArray } from './arrays'
import { type FolderContent, type FolderFile, type FolderReader, readJson } from './folder'
import { decodeHeader, decodeValues, encodeSafetensors, headerEnd, headerStart, type TensorEntry } from './safetensors'
import { encodeJson } from './text'

export const weightsFile = 'model.safetensors'
const indexFile = 'model.safetensors.index.json'

/** What a folder holds, found without reading any values. */
export interface ModelInspection {
  readonly config: EncoderConfig
  /** Parameters of the encoder, BERT's pooler included where the folder has one, without any head. */
  readonly parameters: number
  /** Names and lengths of the weight files. */
  readonly weightFiles: readonly FolderFile[]
}

export interface LoadedModel {
  readonly config: EncoderConfig
  /** The encoder, and the folder's classification head where it has one. The caller owns the tensors. */
  readonly weights: Weights
}

/**
 * Checks that a folder can be loaded: config, names, shapes and types of all tensors.
 * Throws `model-malformed`, `model-unsupported` or `model-pickle`, each naming the remedy.
 */
export async function inspectModel(folder: FolderReader): Promise<ModelInspection> {
  const { config, located, weightFiles } = await locateTensors(folder)
  const encoder = expectedTensors(config).filter(({ name }) => located.some(({ expected }) => expected.name === name))
  return { config, parameters: countValues(encoder), weightFiles }
}

/** Loads tensor by tensor, so that little more than the model itself is in memory. Fails as `inspectModel` does. */
export async function loadModel(folder: FolderReader): Promise<LoadedModel> {
  const { config, located } = await locateTensors(folder)
  const weights: Record<string, Tensor> = {}
  try {
    for (const { expected, file, entry } of located) {
      const data = decodeValues(entry, await folder.read(file, entry.begin, entry.end)) as Float32Array
      const stored = { shape: entry.shape, data }
      const array = expected.kind === 'linear' ? transposeArray(stored) : stored
      weights[expected.name] = tf.tensor(array.data, [...array.shape], 'float32')
    }
  } catch (thrown) {
    tf.dispose(Object.values(weights))
    throw thrown
  }
  return { config, weights }
}

/** Class names in the order of their ids; null where config.json names none. */
export function labelsOf({ source }: EncoderConfig): string[] | null {
  const named = source.id2label
  if (typeof named !== 'object' || named === null) return null
  const entries = Object.entries(named as Record<string, unknown>).sort(([a], [b]) => Number(a) - Number(b))
  return entries.map(([, label]) => String(label))
}

/** A whole sequence classifier as transformers reads it. `arrays` are the encoder's and the head's, in engine layout. */
export function toHuggingFace(config: EncoderConfig, arrays: Arrays, labels: readonly string[]): FolderContent {
  const expected = [...expectedTensors(config), ...headTensors(config, labels.length)]
  const turned = expected.map(({ name, kind }) => {
    const array = arrays[name]
    if (!array) throw new Error(`needs the tensor ${name}; has ${Object.keys(arrays).length} others`)
    return [name, kind === 'linear' ? transposeArray(array) : array] as const
  })
  return {
    'config.json': encodeJson(classifierConfig(config, labels)),
    [weightsFile]: encodeSafetensors(Object.fromEntries(turned), { format: 'pt' }),
  }
}

function classifierConfig({ architecture, source }: EncoderConfig, labels: readonly string[]): Record<string, unknown> {
  const { torch_dtype: _stored, _name_or_path: _origin, ...kept } = source
  return {
    ...kept,
    architectures: [architecture === 'bert' ? 'BertForSequenceClassification' : 'DistilBertForSequenceClassification'],
    dtype: 'float32',
    num_labels: labels.length,
    id2label: Object.fromEntries(labels.map((label, id) => [String(id), label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    problem_type: 'single_label_classification',
  }
}

interface Located {
  readonly expected: ExpectedTensor
  readonly file: string
  readonly entry: TensorEntry
}

async function locateTensors(
  folder: FolderReader,
): Promise<{ config: EncoderConfig; located: Located[]; weightFiles: FolderFile[] }> {
  const config = parseConfig(await readJson(folder, 'config.json'))
  const weightFiles = await findWeightFiles(folder)
  const found = new Map<string, { file: string; entry: TensorEntry }>()
  for (const { name: file, byteLength } of weightFiles) {
    const end = headerEnd(await folder.read(file, 0, headerStart), byteLength)
    const { tensors } = decodeHeader(await folder.read(file, headerStart, end), byteLength)
    for (const [name, entry] of tensors) found.set(name, { file, entry })
  }
  const expected = [...expectedTensors(config), ...storedHead(config, found.get('classifier.weight')?.entry)]
  const shapes = new Map([...found].map(([name, { entry }]) => [name, entry.shape]))
  const match = matchTensors(expected, shapes, config.architecture)
  const located = expected.flatMap((tensor) => {
    const place = found.get(match.get(tensor.name) ?? '')
    return place ? [{ expected: tensor, ...place }] : []
  })
  refuseIntegers(located)
  return { config, located, weightFiles }
}

/** The head of a folder that says it is a sequence classifier; others use the same names for other things. */
function storedHead(config: EncoderConfig, classifier: TensorEntry | undefined): ExpectedTensor[] {
  const architectures = Array.isArray(config.source.architectures) ? config.source.architectures.map(String) : []
  const classes = classifier?.shape[0]
  if (classes === undefined || !architectures.some((name) => name.endsWith('ForSequenceClassification'))) return []
  return headTensors(config, classes)
}

async function findWeightFiles(folder: FolderReader): Promise<FolderFile[]> {
  const files = await folder.list()
  const whole = files.find(({ name }) => name === weightsFile)
  if (whole) return [whole]
  if (files.some(({ name }) => name === indexFile)) return findShards(folder, files)
  const pickles = files.filter(({ name }) => /\.(bin|pt|pth|ckpt|pkl)$/.test(name)).map(({ name }) => name)
  if (pickles.length > 0)
    throw new Failure(
      'model-pickle',
      `The weights are in ${pickles.join(', ')}, a pickle file, which Fino does not open because it can run code. ` +
        'Convert it where you trust it, with Python: AutoModel.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER), ' +
        'and choose the new folder, which then holds model.safetensors.',
      { files: pickles.join(', ') },
    )
  throw new Failure(
    'model-malformed',
    `The folder has no ${weightsFile}. Choose the folder that holds it, or download the model again.`,
    { file: weightsFile },
  )
}

async function findShards(folder: FolderReader, files: readonly FolderFile[]): Promise<FolderFile[]> {
  const { weight_map: map } = await readJson(folder, indexFile)
  const names = typeof map === 'object' && map !== null ? [...new Set(Object.values(map).map(String))] : []
  if (names.length === 0)
    throw new Failure('model-malformed', `${indexFile} names no weight files. Download the model again.`)
  const missing = names.filter((name) => !files.some((file) => file.name === name))
  if (missing.length > 0)
    throw new Failure(
      'model-malformed',
      `${indexFile} names files that are not in the folder: ${missing.join(', ')}. Download them into it.`,
      { missing: missing.join(', ') },
    )
  return files.filter(({ name }) => names.includes(name))
}

function refuseIntegers(located: readonly Located[]): void {
  const integers = located.filter(({ entry }) => !/^B?F/.test(entry.type))
  const [first] = integers
  if (!first) return
  throw new Failure(
    'model-unsupported',
    `${integers.length} tensors are stored as integers (${first.expected.name} as ${first.entry.type}): the model is ` +
      'quantised, which Fino cannot finetune. Choose its full-precision version.',
  )
}
