import { describe, expect, it } from 'vitest'
import { hashOf, parseRoute, type Route, repeatRoute } from '../../../src/renderer/lib/routes'
import type { Adaptation } from '../../../src/shared/adaptation'
import type { Recipe } from '../../../src/shared/recipe'

const routes: Route[] = [
  { screen: 'new', step: 'data', draft: {} },
  { screen: 'new', step: 'data', draft: { file: { kind: 'example' }, text: 'a & b?', target: 'tópico' } },
  { screen: 'new', step: 'data', draft: { file: { kind: 'path', path: '/home/ana/my data.csv' }, delimiter: '\t' } },
  { screen: 'new', step: 'data', draft: { file: { kind: 'upload', uploadId: 'u1', fileName: 'x #1.csv' } } },
  {
    screen: 'new',
    step: 'strategy',
    draft: {
      dataset: 'd1',
      model: 'starter',
      strategy: 'lora',
      changes: { epochs: 3, learningRate: 0.0002, options: { rank: 4, targets: ['query', 'value'] } },
      name: 'First try',
    },
  },
  { screen: 'new', step: 'run', draft: { dataset: 'd1', model: 'm', run: 'r1' } },
  { screen: 'new', step: 'model', draft: { dataset: 'd1', model: 'm', adapt: {} } },
  {
    screen: 'new',
    step: 'model',
    draft: {
      dataset: 'd1',
      model: 'm',
      adapt: {
        source: 'file',
        file: { kind: 'upload', uploadId: 'u1', fileName: 'fala & gíria.txt' },
        name: 'Meu modelo',
        changes: { epochs: 2 },
      },
    },
  },
  {
    screen: 'new',
    step: 'data',
    draft: { file: { kind: 'example' }, task: 'instruction', context: 'none', group: 'speaker', separator: ';' },
  },
  { screen: 'data' },
  { screen: 'models' },
  { screen: 'runs' },
  { screen: 'run', id: 'r/1 ü', view: null },
  { screen: 'run', id: 'r1', view: 'use' },
  { screen: 'use', run: null },
  { screen: 'use', run: 'r1' },
  { screen: 'settings' },
]

describe('routes', () => {
  it.each(routes.map((route) => [hashOf(route), route] as const))(
    '%s leads back to where it came from',
    (hash, route) => {
      expect(parseRoute(hash)).toEqual(route)
    },
  )

  it('keeps the documented shape of an address', () => {
    expect(hashOf({ screen: 'new', step: 'strategy', draft: { dataset: 'd', model: 'm' } })).toBe(
      '#/new/strategy?dataset=d&model=m',
    )
    expect(hashOf({ screen: 'run', id: 'r1', view: null })).toBe('#/runs/r1')
  })

  it.each(['', '#', '#/', '#/nowhere', '#/new/nowhere'])('%j starts a new finetuning', (hash) => {
    expect(parseRoute(hash)).toEqual({ screen: 'new', step: 'data', draft: {} })
  })

  it('drops what a recipe cannot hold', () => {
    const draft = { strategy: 'magic', changes: '{"epochs":-4}' }
    const route = parseRoute(`#/new/strategy?${new URLSearchParams({ ...draft, dataset: 'd1' })}`)
    expect(route).toEqual({ screen: 'new', step: 'strategy', draft: { dataset: 'd1' } })
    expect(parseRoute('#/new/model?adapt=%7B%22source%22%3A%22moon%22%7D')).toEqual({
      screen: 'new',
      step: 'model',
      draft: {},
    })
    expect(parseRoute('#/new/strategy?changes=%7Bbroken')).toEqual({ screen: 'new', step: 'strategy', draft: {} })
  })
})

describe('repeatRoute', () => {
  const recipe: Recipe = {
    datasetId: 'd1',
    modelId: 'starter',
    task: 'classification',
    strategy: 'lora',
    options: { rank: 4 },
    epochs: 3,
    batchSize: 16,
    accumulationSteps: 1,
    maxLength: 128,
    learningRate: 0.001,
    weightDecay: 0,
    warmupShare: 0,
    clipNorm: 1,
    seed: 7,
    patience: 3,
    labelWeights: 'equal',
    recomputeLayers: false,
    backend: 'wasm',
    template: null,
  }

  it('leads to Strategy with the run’s own settings, and survives the address', () => {
    const route = parseRoute(hashOf(repeatRoute({ recipe, adaptation: null })))
    const { datasetId, modelId, strategy, task: _, ...changes } = recipe
    expect(route).toEqual({
      screen: 'new',
      step: 'strategy',
      draft: { dataset: datasetId, model: modelId, strategy, changes },
    })
  })

  it('leads back to the panel where a model was adapted, on the data set that it was kept apart from', () => {
    const adaptation: Adaptation = {
      sourceName: 'texts.csv',
      textColumn: 'text',
      exceptDatasets: [{ id: 'd2', name: 'Tweets' }],
      texts: { training: 90, unlabelled: 90, heldOut: 10, leftOut: { evaluation: 0, empty: 0, repeated: 0 } },
      modelName: 'Mine',
      folder: '/models/mine',
      modelId: 'm2',
      head: 'kept',
    }
    const {
      datasetId: _,
      modelId: __,
      strategy: ___,
      task: ____,
      options: _____,
      template: ______,
      labelWeights: _______,
      ...changes
    } = recipe
    expect(parseRoute(hashOf(repeatRoute({ recipe: { ...recipe, datasetId: '' }, adaptation })))).toEqual({
      screen: 'new',
      step: 'model',
      draft: { dataset: 'd2', model: 'starter', adapt: { source: 'file', name: 'Mine', changes } },
    })
    expect(repeatRoute({ recipe, adaptation })).toMatchObject({ draft: { dataset: 'd1', adapt: { name: 'Mine' } } })
  })
})
