/** tests/golden/objectives.json, which tests/golden/make_objectives.py wrote. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface GoldenStep {
  readonly loss: number
  readonly gradientNorm: number
  readonly learningRate: number
}

/** Of tests/golden's folders: texts padded on the right, and the tokens that a language model learns (-100: none). */
export interface GoldenBatch {
  readonly input_ids: number[][]
  readonly attention_mask: number[][]
  readonly targets: number[][]
}

interface Trajectory {
  /** By batch and text: one number, or one 0 or 1 per class. */
  readonly answers: readonly (readonly (number | readonly number[])[])[]
  readonly training: readonly GoldenStep[]
}

interface ObjectivesGolden {
  readonly schedule: { learningRate: number; weightDecay: number; clipNorm: number }
  readonly trajectories: Readonly<Record<'bert' | 'gpt2', Readonly<Record<'regression' | 'multi-label', Trajectory>>>>
  readonly binaryCrossEntropy: { logits: number[][]; targets: number[][]; loss: number; gradient: number[][] }
  readonly weightedCrossEntropy: {
    logits: number[][]
    labels: number[]
    weights: number[]
    loss: number
    gradient: number[][]
  }
  readonly labelSets: {
    logits: number[][]
    truth: number[][]
    microF1: number
    macroF1: number
    exactMatch: number
    loss: number
    perClass: number[][]
  }
  readonly numbers: {
    truth: number[]
    values: number[]
    r2: number
    meanSquaredError: number
    meanAbsoluteError: number
    correlation: number
  }
  readonly linearModels: {
    features: number[][]
    hot: number[][]
    number: number[]
    rare: number[]
    balanced: { C: number; answers: number[][] }
    ridge: { alpha: number; answers: number[] }
    logistic: { C: number; answers: number[][] }
  }
  readonly nuclei: {
    logits: number[]
    cases: { temperature: number; topP: number; tokens: number[]; probabilities: number[] }[]
  }
}

export const objectivesGolden: ObjectivesGolden = readJson('objectives.json')

export function readBatches(folder: string): GoldenBatch[] {
  return readJson<{ batches: GoldenBatch[] }>(folder, 'expected.json').batches
}

export function readLanguageTraining(folder: string): GoldenStep[] {
  return readJson<{ training: { language: GoldenStep[] } }>(folder, 'expected.json').training.language
}

function readJson<Content>(...path: string[]): Content {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', 'golden', ...path), 'utf8'))
}
