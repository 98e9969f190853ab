import { expect, test } from 'vitest'
import { figure, score } from '../../../src/main/cli/format'
import { headline, scores } from '../../../src/main/cli/scores'
import type { Metrics } from '../../../src/shared/result'

const common = { loss: 0.5, examples: 1200 }
const all: [Metrics, string, string][] = [
  [
    { ...common, kind: 'single-label', accuracy: 0.9, macroF1: 0.85, perClass: [], confusion: [] },
    'accuracy 0.900',
    'accuracy 0.900  macro-F1 0.850  (1,200 rows)',
  ],
  [
    { ...common, kind: 'multi-label', microF1: 0.7, macroF1: 0.6, exactMatch: 0.5, perClass: [] },
    'micro-F1 0.700',
    'micro-F1 0.700  macro-F1 0.600  all classes right 0.500  (1,200 rows)',
  ],
  [
    { ...common, kind: 'regression', r2: 0.25, meanSquaredError: 1234.5, meanAbsoluteError: 0.01234, correlation: 0.5 },
    'R2 0.250',
    'R2 0.250  mean squared error 1,235  mean absolute error 0.0123  correlation 0.500  (1,200 rows)',
  ],
  [
    { ...common, kind: 'instruction', perplexity: 12.345, tokenAccuracy: 0.4, exactMatch: null, tokens: 9 },
    'perplexity 12.3',
    'perplexity 12.3  next token right 0.400  (1,200 rows)',
  ],
  [
    { ...common, kind: 'instruction', perplexity: 1.5, tokenAccuracy: 0.4, exactMatch: 0.1, tokens: 9 },
    'perplexity 1.50',
    'perplexity 1.50  next token right 0.400  exact match 0.100  (1,200 rows)',
  ],
]
test.each(all)('scores in words: $kind', (metrics, first, whole) => {
  expect([headline(metrics), scores(metrics)]).toEqual([first, whole])
})

test('figures have the digits that count; a rounded nothing has no sign', () => {
  expect([figure(0), figure(-0.5), figure(99.96), figure(-1500)]).toEqual(['0', '-0.500', '100', '-1,500'])
  expect([score(-0.0002), score(-0.002)]).toEqual(['0.000', '-0.002'])
})
