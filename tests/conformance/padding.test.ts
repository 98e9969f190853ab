/** Law 9: padding does not change a result. */
import type { Tensor } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Batch, TunedModel } from '../../src/main/engine/models/tuned-model'
import { startBackend } from '../support/backend'
import { bound, lawTitle } from '../support/laws'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyTexts } from '../support/tiny-models'
import { modelOf } from '../support/tuned-models'

beforeAll(() => startBackend('cpu'))

describe.each(bound(9))(lawTitle(9), (combination) => {
  const texts = tinyTexts(4).map(({ tokens }) => tokens)
  const start = () => {
    const model = modelOf(combination)
    perturbParameters(model.parameters)
    return model
  }
  /** What is said of each text: of all its tokens where the model writes, of nothing beyond. */
  const answers = async (model: TunedModel, batch: Batch): Promise<number[][]> => {
    const logits = (await (model.logits(batch, { training: false }) as Tensor).array()) as (number[] | number[][])[]
    const lengths = (await batch.attentionMask.array()).map((row) => row.reduce((sum, one) => sum + one, 0))
    return logits.map((text, row) => text.slice(0, Array.isArray(text[0]) ? lengths[row] : text.length).flat())
  }

  it('leaves the logits of each text as they are alone', async () => {
    const model = start()
    const together = await answers(model, batchOf(texts, 17))
    for (const [row, tokens] of texts.entries()) {
      const [alone = []] = await answers(model, batchOf([tokens]))
      expect(together[row]).toHaveLength(alone.length)
      for (const [at, logit] of alone.entries())
        expect(Math.abs((together[row]?.[at] ?? 0) - logit)).toBeLessThan(1e-5 * Math.max(1, Math.abs(logit)))
    }
  })

  it('is not read: other tokens where the mask is zero change nothing', async () => {
    const model = start()
    const clean = batchOf(texts, 17)
    const ids = await clean.tokenIds.array()
    const mask = await clean.attentionMask.array()
    const soiled = ids.map((row, text) => row.map((id, at) => (mask[text]?.[at] === 0 ? 5 : id)))
    const spoilt = { ...clean, tokenIds: batchOf(soiled).tokenIds }
    expect(await answers(model, spoilt)).toEqual(await answers(model, clean))
  })
})
