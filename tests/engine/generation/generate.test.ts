import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type GenerationOptions, generate } from '../../../src/main/engine/generation/generate'
import type { TunedModel } from '../../../src/main/engine/models/tuned-model'
import { createRandom } from '../../../src/main/engine/random'
import { startBackend } from '../../support/backend'
import { tinyTunedModel } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))
afterEach(() => tf.disposeVariables())

const prompt = Int32Array.of(1, 17, 5, 40)
const greedy = { maximumTokens: 8, temperature: 0, topP: 1, endIds: [] }
const writer = (strategy: 'lora' | 'prompt-tuning' | 'prefix-tuning' = 'lora') =>
  tinyTunedModel('llama', strategy, { outputs: null })

async function write(model: TunedModel, changes: Partial<GenerationOptions> = {}, start = prompt) {
  const work = generate(model, start, { ...greedy, random: createRandom(3), ...changes })
  const tokens: number[] = []
  let next = await work.next()
  while (!next.done) {
    tokens.push(next.value)
    next = await work.next()
  }
  return { tokens, stoppedBecause: next.value }
}

/** What reading everything anew at each token would choose. */
async function writeWithoutCache(model: TunedModel, count: number): Promise<number[]> {
  const read = [...prompt]
  for (let token = 0; token < count; token++) {
    const batch = { tokenIds: tf.tensor2d(read, [1, read.length], 'int32'), attentionMask: tf.ones([1, read.length]) }
    const logits = model.logits(batch as Parameters<TunedModel['logits']>[0], { training: false })
    const last = [...(await logits.data())].slice(-60)
    read.push(last.indexOf(Math.max(...last)))
    tf.dispose([logits, batch.tokenIds, batch.attentionMask])
  }
  return read.slice(prompt.length)
}

describe('writing on', () => {
  it.each(['lora', 'prompt-tuning', 'prefix-tuning'] as const)('with %s gives what reading anew would', async (id) => {
    const model = writer(id)
    const { tokens, stoppedBecause } = await write(model)
    expect(tokens).toEqual(await writeWithoutCache(model, 8))
    expect(stoppedBecause).toBe('length')
  })

  it('ends before the end token', async () => {
    const model = writer()
    const { tokens } = await write(model)
    const end = tokens[3] as number
    const cut = await write(model, { endIds: [59_999, end] })
    expect(cut).toEqual({ tokens: tokens.slice(0, tokens.indexOf(end)), stoppedBecause: 'end' })
  })

  it('ends where the model can read no further, what the strategy puts in front included', async () => {
    const model = writer('prompt-tuning')
    expect(model.maximumLength).toBe(28)
    const { tokens, stoppedBecause } = await write(model, { maximumTokens: 100 })
    // The last token is told by the last place that can be read.
    expect(tokens.length).toBe(28 - prompt.length + 1)
    expect(stoppedBecause).toBe('length')
    expect(await write(model, {}, new Int32Array(29).fill(5))).toEqual({ tokens: [], stoppedBecause: 'length' })
  })

  it('draws the same for the same seed, and other tokens for another', async () => {
    const model = writer()
    const draw = (seed: number) => write(model, { temperature: 1.5, topP: 0.9, random: createRandom(seed) })
    const first = await draw(1)
    expect(await draw(1)).toEqual(first)
    expect((await draw(2)).tokens).not.toEqual(first.tokens)
  })

  it('frees everything, also when it is left early', async () => {
    const model = writer()
    const before = tf.memory().numTensors
    await write(model)
    const work = generate(model, prompt, { ...greedy, random: createRandom(3) })
    await work.next()
    await work.next()
    await work.return('length')
    expect(tf.memory().numTensors).toBe(before)
  })

  it('says nothing after nothing', async () => {
    expect(await write(writer(), {}, new Int32Array(0))).toEqual({ tokens: [], stoppedBecause: 'end' })
  })

  it('is not for a model that reads texts', async () => {
    await expect(write(tinyTunedModel('llama', 'lora'))).rejects.toThrow(/no language-model head/)
  })
})
