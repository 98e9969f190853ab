/** A model folder and a data set on disk, tiny and real: what the worker's jobs are given. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRandom } from '../../src/main/engine/random'
import type { Material } from '../../src/main/trainer/contract'
import type { DatasetRow } from '../../src/shared/dataset'
import type { Architecture } from '../../src/shared/model'
import type { Problem, ProblemKind } from '../../src/shared/problem'
import type { Recipe } from '../../src/shared/recipe'
import type { StrategyId } from '../../src/shared/strategy'
import { tinyBaseFolder } from './tiny-models'

const words = 'late parcel broken thanks great refund door lamp blue slow never fast kind lost where'.split(' ')
const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...words, '##s', '.', '!', ...'abcdefghij'.split('')]

const problems: { readonly [Kind in ProblemKind]: Extract<Problem, { kind: Kind }> } = {
  'single-label': { kind: 'single-label', labels: ['complaint', 'praise'] },
  'multi-label': { kind: 'multi-label', labels: ['complaint', 'praise', 'slow'], separator: ';' },
  regression: { kind: 'regression', mean: 5, deviation: 2 },
  instruction: { kind: 'instruction', template: 'a {prompt} b' },
  language: { kind: 'language', objective: 'masked' },
}

/** Writes into `folder`. A text with "lost" or "late" in it is a complaint: there is something to learn. */
export async function writeTinyProject(
  folder: string,
  architecture: Architecture = 'bert',
  kind: ProblemKind = 'single-label',
): Promise<Material> {
  const modelFolder = join(folder, 'model')
  await mkdir(modelFolder, { recursive: true })
  const files = await tinyBaseFolder(architecture)
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(modelFolder, name), bytes)
  await writeFile(join(modelFolder, 'vocab.txt'), `${vocabulary.join('\n')}\n`)
  const settings = { do_lower_case: true, eos_token: '[SEP]' }
  await writeFile(join(modelFolder, 'tokenizer_config.json'), JSON.stringify(settings))

  const rowsFile = join(folder, 'rows.jsonl')
  const random = createRandom(4)
  const rows = Array.from({ length: 60 }, (_, index): DatasetRow => {
    const text = Array.from({ length: 2 + random.integer(7) }, () => words[random.integer(words.length)]).join(' ')
    const split = index % 5 === 3 ? 'validation' : index % 5 === 4 ? 'test' : 'train'
    return { id: index + 1, text, target: targetOf(text, kind), split }
  })
  await writeFile(rowsFile, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return { modelFolder, rowsFile, problem: problems[kind], wordListFile: null }
}

function targetOf(text: string, kind: ProblemKind): string {
  const label = /lost|late|never/.test(text) ? 'complaint' : 'praise'
  switch (kind) {
    case 'single-label':
      return label
    case 'multi-label':
      return text.includes('slow') ? `${label}; slow` : label
    case 'regression':
      return String(text.split(' ').length)
    case 'instruction':
      return text.split(' ').slice(0, 2).join(' ')
    case 'language':
      return ''
    default:
      return kind satisfies never
  }
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
    labelWeights: 'equal',
    recomputeLayers: false,
    backend: 'wasm',
    template: null,
    ...changes,
  }
}
