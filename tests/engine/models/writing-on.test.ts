import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadModel } from '../../../src/main/engine/formats/hugging-face'
import { disposeCache } from '../../../src/main/engine/generation/key-value-cache'
import { createTunedModel } from '../../../src/main/engine/models/create-tuned-model'
import type { TunedModel } from '../../../src/main/engine/models/tuned-model'
import { createRandom } from '../../../src/main/engine/random'
import { startBackend } from '../../support/backend'
import { folderOnDisk } from '../../support/folders'
import { perturbParameters } from '../../support/parameters'
import { batchOf } from '../../support/tiny-models'
import { everyCombination, modelOf, writes } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))

/** Reads `first` at once and then what comes out, token by token, from the cache. */
async function writeCached({ generation }: TunedModel, first: readonly number[], count: number): Promise<number[]> {
  if (!generation) throw new Error('needs a model that writes')
  const cache = generation.start()
  const written: number[] = []
  let unread = [...first]
  while (written.length < count) {
    const scores = tf.tidy(() => generation.next(cache, tf.tensor2d([unread], undefined, 'int32')))
    unread = [...(await tf.tidy(() => tf.argMax(scores, 1)).data())]
    scores.dispose()
    written.push(...unread)
  }
  disposeCache(cache)
  return written
}

/** Reads everything again for each token. */
async function writeAnew(model: TunedModel, first: readonly number[], count: number): Promise<number[]> {
  const tokens = [...first]
  while (tokens.length < first.length + count) {
    const logits = model.logits(batchOf([tokens]), { training: false }) as tf.Tensor3D
    const last = tf.slice(logits, [0, tokens.length - 1, 0], [1, 1, logits.shape[2]])
    tokens.push(...(await tf.argMax(tf.reshape(last, [1, -1]), 1).data()))
  }
  return tokens.slice(first.length)
}

describe.each(everyCombination.filter(writes))('writing on: $name', (combination) => {
  const model = () => {
    const created = modelOf(combination)
    perturbParameters(created.parameters)
    return created
  }

  it('writes with the cache what it writes without, token for token', async () => {
    const start = [1, 17, 5, 40, 9]
    expect(await writeCached(model(), start, 12)).toEqual(await writeAnew(model(), start, 12))
  })

  it('has the same scores whether it reads a text at once or in pieces', async () => {
    const { generation } = model()
    if (!generation) throw new Error('needs a model that writes')
    const read = async (pieces: number[][]) => {
      const cache = generation.start()
      const before = cache.length
      let scores: tf.Tensor2D | undefined
      for (const piece of pieces) scores = generation.next(cache, tf.tensor2d([piece], undefined, 'int32'))
      expect(cache.length - before).toBe(8)
      return [...((await scores?.data()) ?? [])]
    }
    const whole = await read([[1, 30, 8, 44, 5, 6, 7, 2]])
    const pieces = await read([[1, 30, 8], [44], [5, 6, 7], [2]])
    expect(whole).toHaveLength(60)
    for (const [token, score] of pieces.entries()) expect(score).toBeCloseTo(whole[token] ?? Number.NaN, 4)
  })

  it('leaves nothing behind but the cache, and nothing when that is freed', () => {
    const { generation } = model()
    const idle = tf.memory().numTensors
    const cache = generation?.start()
    if (!generation || !cache) throw new Error('needs a model that writes')
    for (const tokens of [[1, 5, 9], [7], [8]])
      tf.tidy(() => void generation.next(cache, tf.tensor2d([tokens], undefined, 'int32')))
    expect(tf.memory().numTensors).toBe(idle + 4) // keys and values of two layers
    disposeCache(cache)
    expect(tf.memory().numTensors).toBe(idle)
  })
})

const stories = join(import.meta.dirname, '../../../../shared/models/stories260k')
const missing = existsSync(join(stories, 'model.safetensors'))
  ? null
  : 'the model stories260k is not beside this repository'

describe('a real LLaMA', () => {
  it.skipIf(missing)(
    `writes what transformers writes, 120 tokens${missing ? ` (not run: ${missing})` : ''}`,
    async () => {
      const file = join(import.meta.dirname, '../../golden/stories260k.json')
      const expected = JSON.parse(readFileSync(file, 'utf8')) as { promptTokens: number[]; tokens: number[] }
      await startBackend('wasm')
      const { config, weights } = await loadModel(folderOnDisk(stories))
      const random = createRandom(1)
      const model = createTunedModel({ config, weights, strategy: 'lora', options: {}, outputs: null, random })
      expect(expected.tokens).toHaveLength(120)
      expect(await writeCached(model, expected.promptTokens, 120)).toEqual(expected.tokens)
      model.dispose()
    },
  )
})
