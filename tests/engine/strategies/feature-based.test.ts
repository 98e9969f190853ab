import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { embed, finalNorm, runLayers } from '../../../src/main/engine/models/forward'
import { sumUpTexts } from '../../../src/main/engine/models/text-outputs'
import { createRandom } from '../../../src/main/engine/random'
import { featureBased, readPooling, vectorOf } from '../../../src/main/engine/strategies/feature-based'
import { startBackend } from '../../support/backend'
import { batchOf, tinyArchitectures, tinyConfig, tinyWeights } from '../../support/tiny-models'

beforeAll(() => startBackend('cpu'))

const texts = [
  [1, 9, 8, 2],
  [1, 7, 2],
]

describe.each(tinyArchitectures)('on %s', (architecture) => {
  const config = tinyConfig(architecture)
  const last = config.family === 'decoder'

  it('pools over the tokens, padding left out', async () => {
    const weights = tinyWeights(config)
    const batch = batchOf(texts, 6)
    const pass = { config, weights, mode: { training: false }, hooks: {} } as const
    const below = runLayers(pass, embed(pass, batch), batch.attentionMask, 0, 1)
    const above = runLayers(pass, below, batch.attentionMask, 1, 2)
    const normalized = tf.reshape(finalNorm(pass, tf.reshape(above, [12, config.width])), above.shape)
    const [hidden, lower] = (await Promise.all([normalized.array(), below.array()])) as [number[][][], number[][][]]
    const summary = sumUpTexts(pass, [below, above], batch.attentionMask)
    const upperMean = await vectorOf(pass, 'upper-mean', summary).array()
    const mean = await vectorOf(pass, 'mean', summary).array()
    const one = await vectorOf(pass, last ? 'last' : 'cls', summary).array()
    for (const [text, tokens] of texts.entries())
      for (let column = 0; column < config.width; column++) {
        const values = tokens.map((_, at) => hidden[text]?.[at]?.[column] as number)
        const averageOf = (of: number[]) => of.reduce((sum, value) => sum + value, 0) / of.length
        const below = averageOf(tokens.map((_, at) => lower[text]?.[at]?.[column] as number))
        expect(mean[text]?.[column]).toBeCloseTo(averageOf(values), 5)
        expect(upperMean[text]?.[column]).toBeCloseTo((averageOf(values) + below) / 2, 5)
        expect(one[text]?.[column]).toBeCloseTo(values.at(last ? -1 : 0) as number, 5)
      }
  })

  it('offers the token that has read the whole text', () => {
    expect(featureBased.options(config, 2)).toMatchObject([{ choices: ['upper-mean', 'mean', last ? 'last' : 'cls'] }])
    expect(() => readPooling(config, { pooling: last ? 'cls' : 'last' })).toThrow(/pooling/)
  })

  it('starts at zero, with as many outputs as asked for', () => {
    const base = { config, weights: tinyWeights(config), options: {}, random: createRandom(1) }
    const { parameters } = featureBased.adapt({ ...base, outputs: 1 })
    expect(parameters.map(({ name, variable }) => [name, variable.shape])).toEqual([
      ['regression.weight', [config.width, 1]],
      ['regression.bias', [1]],
    ])
  })
})
