import { beforeAll, describe, expect, it } from 'vitest'
import { downloadArrays } from '../../../src/main/engine/formats/arrays'
import { flattenPrefix } from '../../../src/main/engine/formats/peft-prompt'
import { createRandom } from '../../../src/main/engine/random'
import { prefixTuning, tokenWidth } from '../../../src/main/engine/strategies/prefix-tuning'
import type { StrategyOptions } from '../../../src/shared/strategy'
import { startBackend } from '../../support/backend'
import { perturbParameters } from '../../support/parameters'
import { tinyConfig, tinyWeights } from '../../support/tiny-models'

beforeAll(() => startBackend('cpu'))

const config = tinyConfig('llama')
const adapted = (options: StrategyOptions) => {
  const base = { config, weights: tinyWeights(config), outputs: null, random: createRandom(1) }
  const adaptation = prefixTuning.adapt({ ...base, options: { virtualTokens: 3, ...options } })
  perturbParameters(adaptation.parameters)
  return adaptation
}

describe.each([{ reparameterized: false }, { hiddenWidth: 5 }])('with %o', (options) => {
  it('gives each layer the keys and values that the export holds', async () => {
    const adaptation = adapted(options)
    const width = tokenWidth(config)
    expect(width).toBe(config.keyValueHeads * config.headSize)
    const variables = Object.fromEntries(adaptation.parameters.map(({ name, variable }) => [name, variable]))
    const flat = flattenPrefix(await downloadArrays(variables))
    expect(flat.shape).toEqual([3, 2 * config.layers * width])
    expect(adaptation.firstPosition).toBe(3)
    const column = (row: number, at: number) => flat.data[row * 2 * config.layers * width + at] as number
    for (let layer = 0; layer < config.layers; layer++) {
      const prefix = adaptation.attentionPrefix?.(layer)
      for (const [part, own] of [prefix?.keys, prefix?.values].entries()) {
        const rows = (await own?.array()) ?? []
        expect(rows).toHaveLength(3)
        for (const [row, values] of rows.entries())
          for (const [at, value] of values.entries())
            expect(value).toBeCloseTo(column(row, (2 * layer + part) * width + at), 5)
      }
    }
  })
})

it('keeps nothing of the network where there is none', () => {
  const names = adapted({ reparameterized: false }).parameters.map(({ name }) => name)
  expect(names).toEqual(['prompt_embeddings'])
})
