import { describe, expect, it } from 'vitest'
import { createFormat } from '../../../src/renderer/lib/format'
import { scoresOf, writeScore } from '../../../src/renderer/lib/scores'
import { headlineOf, type Metrics } from '../../../src/shared/result'

const all: Metrics[] = [
  { kind: 'single-label', accuracy: 0.842, macroF1: 0.8, loss: 1, examples: 9, perClass: [], confusion: [] },
  { kind: 'multi-label', microF1: 0.7, macroF1: 0.6, exactMatch: 0.5, loss: 1, examples: 9, perClass: [] },
  {
    kind: 'regression',
    r2: 0.61,
    meanSquaredError: 4,
    meanAbsoluteError: 1.2345,
    correlation: 0.8,
    loss: 1,
    examples: 9,
  },
  { kind: 'instruction', loss: 1, perplexity: 2.5, tokenAccuracy: 0.4, exactMatch: null, examples: 9, tokens: 90 },
  { kind: 'language', loss: 2.25, perplexity: 9.49, tokenAccuracy: 0.312, examples: 9, tokens: 90 },
]

describe('scoresOf', () => {
  it.each(all)('begins with the headline of $kind', (metrics) => {
    const { name, value } = headlineOf(metrics)
    expect(scoresOf(metrics)[0]).toEqual({ name, value })
  })

  it('leaves out what was not measured', () => {
    expect(scoresOf(all[3] as Metrics).map(({ name }) => name)).toEqual(['perplexity', 'token-accuracy'])
  })
})

describe('writeScore', () => {
  const format = createFormat('en')

  it('writes shares, scores and measures each in their way', () => {
    const written = all.map((metrics) => scoresOf(metrics).map((score) => writeScore(score, format)))
    expect(written).toEqual([
      ['84.2%', '0.800'],
      ['0.700', '0.600', '50%'],
      ['0.610', '1.23', '2', '0.800'],
      ['2.5', '40%'],
      ['9.49', '31.2%', '2.25'],
    ])
  })
})
