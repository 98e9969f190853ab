import { describe, expect, it } from 'vitest'
import { type ModelCard, modelCard } from '../../../src/main/engine/formats/model-card'
import type { Problem } from '../../../src/shared/problem'
import type { ClassificationMetrics, Metrics } from '../../../src/shared/result'
import { exportFormats } from '../../../src/shared/strategy'

const metrics: ClassificationMetrics = {
  kind: 'single-label',
  accuracy: 0.9,
  macroF1: 0.875,
  loss: 0.25,
  examples: 100,
  perClass: [
    { label: 'bill', precision: 0.9, recall: 0.8, f1: 0.85, support: 60 },
    { label: 'a|b', precision: 0.9, recall: 0.9, f1: 0.9, support: 40 },
  ],
  confusion: [
    [50, 10],
    [0, 40],
  ],
}

const card: ModelCard = {
  format: 'peft',
  strategy: 'lora',
  options: { rank: 8, targets: ['query', 'value'] },
  problem: { kind: 'single-label', labels: ['bill', 'a|b'] },
  maxLength: 96,
  baseModel: 'some/encoder',
  runName: 'My run',
  datasetName: 'messages',
  datasetRows: 700,
  splits: { train: 500, validation: 100, test: 100 },
  baseModelName: 'Encoder',
  baseReference: 'some/encoder',
  recipe: {
    datasetId: 'd',
    modelId: 'm',
    task: 'classification',
    strategy: 'lora',
    options: { rank: 8, targets: ['query', 'value'] },
    epochs: 5,
    batchSize: 16,
    accumulationSteps: 1,
    maxLength: 96,
    learningRate: 0.001,
    weightDecay: 0.01,
    warmupShare: 0.06,
    clipNorm: 1,
    seed: 42,
    patience: 3,
    labelWeights: 'equal',
    recomputeLayers: false,
    backend: 'auto',
    template: null,
  },
  result: {
    validation: metrics,
    test: metrics,
    naive: { ...metrics, accuracy: 0.6, macroF1: 0.375, loss: 0.7 },
    trainableParameters: 1000,
    totalParameters: 50_000,
    steps: 120,
    epochs: 3.75,
    seconds: 61.4,
    tokensPerSecond: 900,
    peakMemoryBytes: 1e9,
    bestStep: 96,
    stoppedBecause: 'early-stopping',
    leftOutTexts: 0,
  },
  createdAt: '2026-11-23T12:00:00Z',
}

describe('modelCard', () => {
  const text = modelCard(card)

  it('says data, split, metrics beside the naive ones, uncertainty, recipe and limits', () => {
    for (const part of [
      '"messages", 700 rows',
      '500 to train, 100 to validate, 100 to test',
      '| accuracy (%) | 90.0 | 90.0 | 60.0 |',
      'With 100 test rows, the accuracy on all such texts may well be anywhere from 82.6 to 94.5 % (95 %).',
      '| bill | 90.0 | 80.0 | 85.0 | 60 |',
      '| a\\|b |',
      '| rank | 8 |',
      '| targets | query,value |',
      '| optimizer steps | 120, best at 96 |',
      '| learning rate | 0.001',
      '| label weights | equal |',
      '| seed | 42 |',
      'may be far lower',
    ])
      expect(text).toContain(part)
  })

  it('claims no certainty from a few right answers', () => {
    const test = { ...metrics, accuracy: 1, examples: 6 }
    expect(modelCard({ ...card, result: { ...card.result, test } })).toContain('anywhere from 61.0 to 100.0 %')
  })

  it('says how many rows were left out, where any were', () => {
    expect(text).not.toContain('neither trained on nor scored')
    const some = modelCard({ ...card, result: { ...card.result, leftOutTexts: 7 } })
    expect(some).toContain('7 were neither trained on nor scored: their prompts fill all 96 tokens.')
  })

  it('names the base as it travels, and loads it from where it lies', () => {
    const python = modelCard({ ...card, baseModel: '/apps/fino/starter', baseReference: 'fino-starter' })
    expect(python).toContain('base_model: "fino-starter"')
    expect(python).toContain('base_model = "/apps/fino/starter"')
    expect(python).toContain('comes with Fino as resources/starter')
  })

  it('is not misled by missing values', () => {
    expect(text).not.toMatch(/undefined|NaN|\[object/)
  })

  it.each(exportFormats.filter((format) => format !== 'dictionary'))('loads %s', (format) => {
    const python = modelCard({ ...card, format })
    expect(python).toContain('```python')
    if (format === 'peft' || format === 'adapterhub') expect(python).toContain('num_labels=2')
    if (format !== 'features' && format !== 'fino') expect(python).toContain('{0: "bill", 1: "a|b"}')
    if (format !== 'fino') expect(python).toContain('max_length=96')
  })
})

describe('modelCard of other problems', () => {
  const of = (problem: Problem, test: Metrics, naive = test) =>
    modelCard({ ...card, problem, result: { ...card.result, validation: test, test, naive } })

  it('says how a number becomes one of the target', () => {
    const test: Metrics = {
      kind: 'regression',
      r2: 0.25,
      meanSquaredError: 2.5,
      meanAbsoluteError: 1.25,
      correlation: 0.5,
      loss: 0.75,
      examples: 40,
    }
    const text = of({ kind: 'regression', mean: 6.5, deviation: 2 }, test, { ...test, r2: -0.01 })
    expect(text).toContain('| R2 | 0.25 | 0.25 | -0.01 |')
    expect(text).toContain('always the mean, test')
    expect(text).toContain("in the target's own units, output x 2 + 6.5")
    expect(text).not.toMatch(/accuracy|undefined|NaN/)
  })

  it('names the classes of many, and the template of answers', () => {
    const several: Metrics = {
      kind: 'multi-label',
      microF1: 0.5,
      macroF1: 0.4,
      exactMatch: 0.3,
      loss: 0.2,
      examples: 40,
      perClass: metrics.perClass,
    }
    const many = of({ kind: 'multi-label', labels: ['bill', 'a|b'], separator: ';' }, several)
    expect(many).toContain('any number of them a text')
    expect(many).toContain('| micro F1 (%) | 50.0 |')
    const answers: Metrics = {
      kind: 'instruction',
      loss: 1,
      perplexity: 2.5,
      tokenAccuracy: 0.5,
      exactMatch: null,
      examples: 40,
      tokens: 900,
    }
    const writer = of({ kind: 'instruction', template: 'Q: {prompt}\n' }, answers)
    expect(writer).toContain('pipeline_tag: text-generation')
    expect(writer).toContain('| answers equal to the response (%) |  |  |  |')
    expect(writer).toContain('"Q: {prompt}\\n"')
    expect(writer).toContain('base model untuned, test')
  })
})
