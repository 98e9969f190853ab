import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { headParameters, positionRead } from '../../../src/main/engine/models/heads'
import { createRandom } from '../../../src/main/engine/random'
import { startBackend } from '../../support/backend'
import { tinyConfig, tinyWeights } from '../../support/tiny-models'

beforeAll(() => startBackend('cpu'))

const request = (reuseHead: boolean, outputs = 3, trainPooler = false) => {
  const config = tinyConfig('bert')
  const weights = { ...tinyWeights(config), 'classifier.weight': tf.ones([16, 3]), 'classifier.bias': tf.ones([3]) }
  return headParameters({ config, weights, outputs, random: createRandom(1), trainPooler, reuseHead })
}
const valuesOf = async (parameters: ReturnType<typeof request>, name: string) => [
  ...((await parameters.find((parameter) => parameter.name === name)?.variable.data()) ?? []),
]

describe('headParameters', () => {
  it('start anew, small and with zero bias, whatever head the folder has', async () => {
    const weight = await valuesOf(request(false), 'classifier.weight')
    const deviation = Math.sqrt(weight.reduce((sum, value) => sum + value * value, 0) / weight.length)
    expect(weight).toHaveLength(48)
    expect(deviation).toBeGreaterThan(0.01)
    expect(deviation).toBeLessThan(0.03)
    expect(await valuesOf(request(false), 'classifier.bias')).toEqual([0, 0, 0])
  })

  it("are the folder's where asked for", async () => {
    expect(await valuesOf(request(true), 'classifier.weight')).toEqual(Array(48).fill(1))
  })

  it('cannot be the folder’s with another number of outputs', () => {
    expect(() => request(true, 2)).toThrow(/no head with this number of outputs/)
  })

  it('are none for a language model: its head belongs to the base', () => {
    const config = tinyConfig('llama')
    const random = createRandom(1)
    const weights = tinyWeights(config)
    const asked = { config, weights, outputs: null, random, trainPooler: true, reuseHead: false }
    expect(headParameters(asked)).toEqual([])
  })

  it('hold the pooler where it trains, as the folder has it', async () => {
    expect(request(false).map(({ name }) => name)).toEqual(['classifier.weight', 'classifier.bias'])
    const pooler = await valuesOf(request(false, 3, true), 'bert.pooler.dense.weight')
    const stored = tinyWeights(tinyConfig('bert'))['bert.pooler.dense.weight']
    expect(pooler).toEqual([...((await stored?.data()) ?? [])])
  })
})

describe('positionRead', () => {
  const firstValues = async (architecture: 'bert' | 'llama', mask: number[][]) => {
    const config = tinyConfig(architecture)
    const pass = { config, weights: {}, mode: { training: false }, hooks: {} } as const
    const counting = Array.from({ length: 2 * 4 * 16 }, (_, at) => at)
    const rows = positionRead(pass, tf.tensor3d(counting, [2, 4, 16]), tf.tensor2d(mask))
    return ((await rows.array()) as number[][]).map((row) => Number(row[0]) / 16)
  }
  const right = [
    [1, 1, 1, 0],
    [1, 0, 0, 0],
  ]

  it('is the first for encoders', async () => {
    expect(await firstValues('bert', right)).toEqual([0, 4])
  })

  it('is the last that is no padding for decoders, whichever side is padded', async () => {
    expect(await firstValues('llama', right)).toEqual([2, 4])
    const left = [
      [0, 1, 1, 1],
      [0, 0, 1, 1],
    ]
    expect(await firstValues('llama', left)).toEqual([3, 7])
  })
})
