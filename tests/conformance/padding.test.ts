/** Law 9: padding does not change a result. */
import { beforeAll, describe, expect, it } from 'vitest'
import { startBackend } from '../support/backend'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyTexts } from '../support/tiny-models'
import { everyCombination, tinyTunedModel } from '../support/tuned-models'

beforeAll(() => startBackend('cpu'))

describe.each(everyCombination)('padding: $name', ({ architecture, strategy }) => {
  const texts = tinyTexts(4).map(({ tokens }) => tokens)

  it('leaves the logits of each text as they are alone', async () => {
    const model = tinyTunedModel(architecture, strategy)
    perturbParameters(model.parameters)
    const together = await model.logits(batchOf(texts, 17), { training: false }).array()
    for (const [row, tokens] of texts.entries()) {
      const alone = await model.logits(batchOf([tokens]), { training: false }).array()
      for (const [label, logit] of (alone[0] ?? []).entries()) expect(together[row]?.[label]).toBeCloseTo(logit, 5)
    }
  })

  it('is not read: other tokens where the mask is zero change nothing', async () => {
    const model = tinyTunedModel(architecture, strategy)
    perturbParameters(model.parameters)
    const clean = batchOf(texts, 17)
    const ids = await clean.tokenIds.array()
    const mask = await clean.attentionMask.array()
    const soiled = ids.map((row, text) => row.map((id, at) => (mask[text]?.[at] === 0 ? 5 : id)))
    const logits = await model.logits(clean, { training: false }).data()
    const soiledLogits = await model
      .logits({ ...clean, tokenIds: batchOf(soiled).tokenIds }, { training: false })
      .data()
    expect([...soiledLogits]).toEqual([...logits])
  })
})
