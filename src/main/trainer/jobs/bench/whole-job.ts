/** A whole job on disk, as an analyst would give it: a model folder, a table's texts in three splits, a recipe. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Papa from 'papaparse'
import type { DatasetRow, SplitName } from '../../../../shared/dataset'
import type { BackendChoice } from '../../../../shared/device'
import { Failure } from '../../../../shared/failure'
import type { Recipe } from '../../../../shared/recipe'
import type { ModelStrategyId } from '../../../../shared/strategy'
import { toHuggingFace } from '../../../engine/formats/hugging-face'
import { parseConfig } from '../../../engine/models/config'
import { expectedTensors, headTensors } from '../../../engine/models/weights'
import { createRandom } from '../../../engine/random'
import { findResources } from '../../../files/resources'
import type { Material } from '../../contract'
import { batchSize, type ModelName, models, optionsOf } from './cases'
import { randomArrays } from './random-model'

export interface WholeJob {
  readonly material: Material
  readonly recipe: Recipe
  readonly runFolder: string
  /** Where frozen layers' outputs are kept. */
  readonly keptFolder: string
}

export interface Texts {
  readonly rows: readonly DatasetRow[]
  readonly labels: readonly string[]
  /** Where they come from, in words. */
  readonly source: string
}

const epochs = 3
const maxLength = 256

/** @param file a CSV file with the columns text and label; null = the example data, repeated as often as it takes */
export async function readTexts(file: string | null, count: number): Promise<Texts> {
  const example = findResources().exampleFile
  const { data } = Papa.parse<Record<string, string>>(await readFile(file ?? example, 'utf8'), {
    header: true,
    skipEmptyLines: true,
  })
  const [text, label] = file === null ? ['text', 'topic'] : ['text', 'label']
  const usable = data.filter((row) => row[text] && row[label])
  if (usable.length === 0) throw new Failure('usage', `${file ?? example} has no rows with a ${text} and a ${label}.`)
  return drawTexts(
    usable.map((row) => ({ text: row[text] as string, target: row[label] as string })),
    count,
    file === null ? 'the example data' : file.split(/[\\/]/).slice(-2).join('/'),
  )
}

/** A seeded draw, split 80/10/10; where there are too few texts, they are repeated. */
export function drawTexts(texts: readonly { text: string; target: string }[], count: number, name: string): Texts {
  const drawn = createRandom('texts').shuffle([...texts])
  const rows = Array.from({ length: count }, (_, index): DatasetRow => {
    const split: SplitName = index % 10 === 8 ? 'validation' : index % 10 === 9 ? 'test' : 'train'
    return { id: index + 1, ...(drawn[index % drawn.length] as { text: string; target: string }), split }
  })
  return {
    rows,
    labels: [...new Set(texts.map(({ target }) => target))].sort(),
    source:
      count > texts.length
        ? `${count} texts: the ${texts.length} of ${name}, repeated`
        : `${count} of the ${texts.length} texts of ${name}`,
  }
}

/** Writes model and texts into `folder`. */
export async function writeMaterial(folder: string, model: ModelName, { rows, labels }: Texts): Promise<Material> {
  const modelFolder = join(folder, 'model')
  await mkdir(modelFolder, { recursive: true })
  const config = parseConfig(models[model])
  const problem = { kind: 'single-label' as const, labels: [...labels] }
  const arrays = randomArrays([...expectedTensors(config), ...headTensors(config, labels.length)])
  const { starterFolder } = findResources()
  for (const [name, bytes] of Object.entries(toHuggingFace(config, arrays, problem))) {
    await writeFile(join(modelFolder, name), bytes)
  }
  for (const name of ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json']) {
    await copyFile(join(starterFolder, name), join(modelFolder, name))
  }
  const rowsFile = join(folder, 'rows.jsonl')
  await writeFile(rowsFile, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return { modelFolder, rowsFile, problem, wordListFile: null }
}

export function recipeOf(strategy: ModelStrategyId, model: ModelName, backend: BackendChoice): Recipe {
  return {
    datasetId: 'bench',
    modelId: model,
    task: 'classification',
    strategy,
    options: optionsOf(model, strategy),
    epochs,
    batchSize,
    accumulationSteps: 1,
    maxLength,
    learningRate: strategy === 'full' ? 5e-5 : 5e-4,
    weightDecay: 0.01,
    warmupShare: 0.06,
    clipNorm: 1,
    seed: 1,
    patience: 0,
    labelWeights: 'equal',
    recomputeLayers: false,
    backend,
    template: null,
  }
}
