import { describe, expect, it } from 'vitest'
import type { Example, Tokenizer } from '../../../../src/main/engine/data/encode'
import { createRandom } from '../../../../src/main/engine/random'
import { maskedLanguage } from '../../../../src/main/engine/training/objectives/masked-language'
import { tinyTexts } from '../../../support/tiny-models'
import { numberTokenizer } from '../../../support/training'

const objective = maskedLanguage()
const maskId = numberTokenizer.masking?.maskId as number
const originals = tinyTexts(400, 3).map(({ tokens }) => tokens.map((token) => (token === maskId ? 9 : token)))

async function encode(texts: readonly string[], tokenizer: Tokenizer = numberTokenizer) {
  const work = objective.encode(
    tokenizer,
    texts.map((text) => ({ text, target: '' })),
    32,
  )
  let next = await work.next()
  while (!next.done) next = await work.next()
  return next.value
}

/** Position and right token of each foreseen piece. */
function foreseen({ target }: Example): Map<number, number> {
  const pairs = [...target]
  return new Map(pairs.flatMap((at, i) => (i % 2 === 0 ? [[at, pairs[i + 1] as number] as const] : [])))
}

function renew(examples: readonly Example[], seed: string): readonly Example[] {
  return objective.renew?.(numberTokenizer, examples, createRandom(seed)) ?? []
}

describe('maskedLanguage', () => {
  it('masks 15 % of the pieces, at least one, and never a special token', async () => {
    const { examples, leftOut } = await encode(originals.map((tokens) => tokens.join(' ')))
    expect(leftOut).toEqual([])
    for (const [row, example] of examples.entries()) {
      const tokens = originals[row] as number[]
      const places = foreseen(example)
      expect(places.size).toBe(Math.max(1, Math.round(0.15 * (tokens.length - 2))))
      expect(objective.weightOf(example)).toBe(places.size)
      for (const [at, tokenId] of places) {
        expect([0, tokens.length - 1]).not.toContain(at)
        expect(tokenId).toBe(tokens[at])
      }
      // What is not foreseen is shown as it is.
      expect([...example.tokenIds].filter((_, at) => !places.has(at))).toEqual(
        tokens.filter((_, at) => !places.has(at)),
      )
    }
  })

  it('shows eight of ten as the mask token, one as any other, one as it is', async () => {
    const { examples } = await encode(originals.map((tokens) => tokens.join(' ')))
    const shown = Array.from({ length: 10 }, (_, epoch) => renew(examples, String(epoch)))
      .flat()
      .flatMap((example) =>
        [...foreseen(example)].map(([at, right]) => [example.tokenIds[at] as number, right] as const),
      )
    const share = (fits: (pair: readonly [number, number]) => boolean) => shown.filter(fits).length / shown.length
    expect(shown.length).toBeGreaterThanOrEqual(4000)
    expect(share(([token]) => token === maskId)).toBeCloseTo(0.8, 1)
    expect(share(([token, right]) => token === right)).toBeCloseTo(0.1, 1)
    expect(share(([token, right]) => token !== maskId && token !== right)).toBeCloseTo(0.1, 1)
  })

  it('masks evaluation always alike, and training otherwise in every epoch, as the generator decides', async () => {
    const texts = originals.slice(0, 20).map((tokens) => tokens.join(' '))
    const [{ examples }, again] = [await encode(texts), await encode(texts)]
    expect(again.examples).toEqual(examples)
    expect(renew(examples, 'epoch 1')).toEqual(renew(examples, 'epoch 1'))
    expect(renew(examples, 'epoch 1')).not.toEqual(renew(examples, 'epoch 2'))
    // Nothing of the earlier masks is left.
    const twice = renew(renew(examples, 'epoch 1'), 'epoch 2')
    expect(twice).toEqual(renew(examples, 'epoch 2'))
  })

  it('leaves out a text without a piece, and refuses a tokenizer without a mask token', async () => {
    const { examples, leftOut } = await encode(['1 9 2', '1 2', '1 12 13 2'])
    expect([examples.length, leftOut]).toEqual([2, [1]])
    const { masking: _, ...without } = numberTokenizer
    await expect(encode(['1 9 2'], without)).rejects.toMatchObject({ code: 'model-unsupported' })
  })
})
