/** Hugging Face model folders: config.json and safetensors, read into the engine's layout and written back. */
import type { Tensor } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import { outputsOf, type Problem } from '../../../shared/problem'
import { type ModelConfig, parseConfig } from '../models/config'
import { maskedHeadTensors } from '../models/masked-head'
import {
  basePrefix,
  countValues,
  type ExpectedTensor,
  encoderHeadNames,
  expectedTensors,
  fits,
  headTensors,
  matchTensors,
} from '../models/weights'
import type { Weights } from '../parameters'
import { type Arrays, transposeArray } from './arrays'
import { type FolderContent, type FolderFile, type FolderReader, readJson } from './folder'
import { modelClass, problemTypes } from './model-class'
import { decodeHeader, decodeValues, encodeSafetensors, headerEnd, headerStart, type TensorEntry } from './safetensors'
import { encodeJson } from './text'

export const weightsFile = 'model.safetensors'
const indexFile = 'model.safetensors.index.json'

/** What a folder holds, found without reading any values. */
export interface ModelInspection {
  readonly config: ModelConfig
  /** Of the base model: BERT's pooler and a language-model head included where the folder has them, no other head. */
  readonly parameters: number
  /** Names and lengths of the weight files. */
  readonly weightFiles: readonly FolderFile[]
}

export interface LoadedModel {
  readonly config: ModelConfig
  /** The base, and the folder's own heads where it has them. The caller owns the tensors. */
  readonly weights: Weights
}

/**
 * Checks that a folder can be loaded: config, names, shapes and types of all tensors.
 * Throws `model-malformed`, `model-unsupported` or `model-pickle`, each naming the remedy.
 */
export async function inspectModel(folder: FolderReader): Promise<ModelInspection> {
  const { config, located, weightFiles } = await locateTensors(folder)
  const heads = config.family === 'encoder' ? maskedHeadTensors(config).map(({ name }) => name) : []
  const base = located.filter(
    ({ expected: { name } }) => !/^(classifier|pre_classifier|score)\./.test(name) && !heads.includes(name),
  )
  return { config, parameters: countValues(base.map(({ expected }) => expected)), weightFiles }
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
export function labelsInConfig({ source }: ModelConfig): string[] | null {
  const named = source.id2label
  if (typeof named !== 'object' || named === null) return null
  const entries = Object.entries(named as Record<string, unknown>).sort(([a], [b]) => Number(a) - Number(b))
  return entries.map(([, label]) => String(label))
}

/**
 * A whole model as transformers reads it, with the head that the problem asks for. `arrays` are the base's and the head's,
 * in the engine's layout; others are left out. `paddingId` is the tokenizer's: transformers' decoders need it to find where
 * a text ends, and many a config.json leaves it out.
 */
export function toHuggingFace(
  config: ModelConfig,
  arrays: Arrays,
  problem: Problem,
  paddingId: number | null = null,
): FolderContent {
  const masked = problem.kind === 'language' && config.family === 'encoder'
  const head = masked ? maskedHeadTensors(config) : headTensors(config, outputsOf(problem))
  // Only an adapted encoder goes without a pooler that its base lacked.
  const expected = [
    ...expectedTensors(config).filter(({ name, required }) => required || !masked || arrays[name]),
    ...head,
  ]
  const turned = expected.map(({ name, kind }) => {
    const array = arrays[name]
    if (!array) throw new Error(`needs the tensor ${name}; has ${Object.keys(arrays).length} others`)
    return [name, kind === 'linear' ? transposeArray(array) : array] as const
  })
  return {
    'config.json': encodeJson(modelConfig(config, problem, paddingId)),
    [weightsFile]: encodeSafetensors(Object.fromEntries(turned), { format: 'pt' }),
  }
}

function modelConfig(config: ModelConfig, problem: Problem, paddingId: number | null): Record<string, unknown> {
  const { torch_dtype: _type, _name_or_path: _origin, ...source } = config.source
  const { num_labels: _count, id2label: _names, label2id: _ids, problem_type: _problem, ...kept } = source
  return {
    ...kept,
    architectures: [modelClass(config, outputsOf(problem))],
    pad_token_id: config.padTokenId ?? paddingId,
    dtype: 'float32',
    ...headConfig(problem),
  }
}

/** What transformers needs to know of a head. */
function headConfig(problem: Problem): Record<string, unknown> {
  if (problem.kind === 'instruction' || problem.kind === 'language') return {}
  const labels = problem.kind === 'regression' ? ['LABEL_0'] : problem.labels
  return {
    num_labels: labels.length,
    id2label: Object.fromEntries(labels.map((label, id) => [String(id), label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    problem_type: problemTypes[problem.kind],
  }
}

interface Located {
  readonly expected: ExpectedTensor
  readonly file: string
  readonly entry: TensorEntry
}

async function locateTensors(
  folder: FolderReader,
): Promise<{ config: ModelConfig; located: Located[]; weightFiles: FolderFile[] }> {
  const config = parseConfig(await readJson(folder, 'config.json'))
  const weightFiles = await findWeightFiles(folder)
  const found = new Map<string, { file: string; entry: TensorEntry }>()
  for (const { name: file, byteLength } of weightFiles) {
    const end = headerEnd(await folder.read(file, 0, headerStart), byteLength)
    const { tensors } = decodeHeader(await folder.read(file, headerStart, end), byteLength)
    for (const [name, entry] of tensors) found.set(name, { file, entry })
  }
  const shapes = new Map([...found].map(([name, { entry }]) => [name, entry.shape]))
  const expected = [...expectedTensors(config), ...storedHeads(config, shapes)]
  const match = matchTensors(expected, shapes, basePrefix(config))
  const located = expected.flatMap((tensor) => {
    const place = found.get(match.get(tensor.name) ?? '')
    return place ? [{ expected: tensor, ...place }] : []
  })
  refuseIntegers(located)
  return { config, located, weightFiles }
}

/**
 * The heads that a folder brings: that of a sequence classifier where it says that it is one, since others use the same
 * names for other things; a decoder's own language-model head; an encoder's for masked pieces, where it is whole.
 */
function storedHeads(config: ModelConfig, shapes: ReadonlyMap<string, readonly number[]>): ExpectedTensor[] {
  const architectures = Array.isArray(config.source.architectures) ? config.source.architectures.map(String) : []
  const last = config.family === 'decoder' ? 'score' : encoderHeadNames(config).out
  const outputs = shapes.get(`${last}.weight`)?.[0]
  const reads = outputs !== undefined && architectures.some((name) => name.endsWith('ForSequenceClassification'))
  const classes = reads ? headTensors(config, outputs) : []
  if (config.family === 'decoder')
    return [...classes, ...headTensors(config, null).filter(({ name }) => shapes.has(name))]
  const masked = maskedHeadTensors(config)
  return masked.every((tensor) => fits(tensor, shapes, basePrefix(config))) ? [...classes, ...masked] : classes
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
