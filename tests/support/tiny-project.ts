/** A model folder and a data set on disk, tiny and real: what the worker's jobs are given. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { downloadArrays } from '../../src/main/engine/formats/arrays'
import { toHuggingFace } from '../../src/main/engine/formats/hugging-face'
import { headTensors } from '../../src/main/engine/models/weights'
import { createRandom } from '../../src/main/engine/random'
import type { Material } from '../../src/main/trainer/contract'
import type { DatasetRow } from '../../src/shared/dataset'
import type { Architecture } from '../../src/shared/model'
import type { Recipe } from '../../src/shared/recipe'
import type { StrategyId } from '../../src/shared/strategy'
import { tinyConfig, tinyWeights } from './tiny-models'

const words = 'late parcel broken thanks great refund door lamp blue slow never fast kind lost where'.split(' ')
const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...words, '##s', '.', '!', ...'abcdefghij'.split('')]

/** Writes into `folder`. A text with "lost" or "late" in it is a complaint: there is something to learn. */
export async function writeTinyProject(folder: string, architecture: Architecture = 'bert'): Promise<Material> {
  const modelFolder = join(folder, 'model')
  await mkdir(modelFolder, { recursive: true })
  const config = tinyConfig(architecture)
  const head = Object.fromEntries(headTensors(config, 2).map(({ name, shape }) => [name, tf.zeros([...shape])]))
  const tensors = { ...tinyWeights(config), ...head }
  const files = toHuggingFace(config, await downloadArrays(tensors), ['complaint', 'praise'])
  tf.dispose(tensors)
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(modelFolder, name), bytes)
  await writeFile(join(modelFolder, 'vocab.txt'), `${vocabulary.join('\n')}\n`)
  await writeFile(join(modelFolder, 'tokenizer_config.json'), JSON.stringify({ do_lower_case: true }))

  const rowsFile = join(folder, 'rows.jsonl')
  const random = createRandom(4)
  const rows = Array.from({ length: 60 }, (_, index): DatasetRow => {
    const text = Array.from({ length: 2 + random.integer(7) }, () => words[random.integer(words.length)]).join(' ')
    const target = /lost|late|never/.test(text) ? 'complaint' : 'praise'
    return { id: index + 1, text, target, split: index % 5 === 3 ? 'validation' : index % 5 === 4 ? 'test' : 'train' }
  })
  await writeFile(rowsFile, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return { modelFolder, rowsFile, labels: ['complaint', 'praise'] }
}

export function tinyProjectRecipe(strategy: StrategyId, changes: Partial<Recipe> = {}): Recipe {
  return {
    datasetId: 'd',
    modelId: 'm',
    task: 'classification',
    strategy,
    options: {},
    epochs: 4,
    batchSize: 4,
    accumulationSteps: 1,
    maxLength: 16,
    learningRate: 3e-3,
    weightDecay: 0.01,
    warmupShare: 0.1,
    clipNorm: 1,
    seed: 5,
    patience: 0,
    backend: 'wasm',
    ...changes,
  }
}
