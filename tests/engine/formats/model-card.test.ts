import { describe, expect, it } from 'vitest'
import { type ModelCard, modelCard } from '../../../src/main/engine/formats/model-card'
import type { ClassificationMetrics } from '../../../src/shared/result'
import { exportFormats } from '../../../src/shared/strategy'

const metrics: ClassificationMetrics = {
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
  labels: ['bill', 'a|b'],
  maxLength: 96,
  baseModel: 'some/encoder',
  pooling: 'mean',
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
    backend: 'auto',
  },
  result: {
    validation: metrics,
    test: metrics,
    majority: { accuracy: 0.6, macroF1: 0.375 },
    trainableParameters: 1000,
    totalParameters: 50_000,
    steps: 120,
    epochs: 3.75,
    seconds: 61.4,
    tokensPerSecond: 900,
    peakMemoryBytes: 1e9,
    bestStep: 96,
    stoppedBecause: 'early-stopping',
  },
  createdAt: '2026-11-23T12:00:00Z',
}

describe('modelCard', () => {
  const text = modelCard(card)

  it('says data, split, metrics beside the majority, uncertainty, recipe and limits', () => {
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
      '| seed | 42 |',
      'may be far lower',
    ])
      expect(text).toContain(part)
  })

  it('claims no certainty from a few right answers', () => {
    const test = { ...metrics, accuracy: 1, examples: 6 }
    expect(modelCard({ ...card, result: { ...card.result, test } })).toContain('anywhere from 61.0 to 100.0 %')
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

  it.each(exportFormats)('loads %s with the number of classes and their names', (format) => {
    const python = modelCard({ ...card, format })
    expect(python).toContain('```python')
    if (format === 'peft') expect(python).toContain('num_labels=2, id2label=id2label')
    if (format !== 'features') expect(python).toContain('{0: "bill", 1: "a|b"}')
    else expect(python).toContain('"coefficients"')
    expect(python).toContain('max_length=96')
  })
})
