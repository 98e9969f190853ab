import { describe, expect, it } from 'vitest'
import { nucleusOf, sample } from '../../../src/main/engine/generation/sample'
import { createRandom } from '../../../src/main/engine/random'
import { objectivesGolden } from '../../support/objectives'

const { logits, cases } = objectivesGolden.nuclei
const values = Float32Array.from(logits)

describe('the nucleus', () => {
  it.each(cases)(
    'at temperature $temperature and top-p $topP equals numpy',
    ({ temperature, topP, tokens, probabilities }) => {
      const nucleus = nucleusOf(values, temperature, topP)
      expect(nucleus.map(({ tokenId }) => tokenId)).toEqual(tokens)
      for (const [index, { probability }] of nucleus.entries())
        expect(probability).toBeCloseTo(probabilities[index] as number, 10)
    },
  )
})

describe('a token', () => {
  it('is the likeliest at temperature 0, the first of equals', () => {
    const random = createRandom(1)
    const before = random.state()
    expect(sample(Float32Array.of(1, 3, 3, 2), { temperature: 0, topP: 1, random })).toBe(1)
    expect(random.state()).toEqual(before)
  })

  it('is drawn as often as its share of the nucleus says', () => {
    const random = createRandom(2)
    const draws = 20_000
    const counts = new Map<number, number>()
    for (let draw = 0; draw < draws; draw++) {
      const tokenId = sample(values, { temperature: 0.7, topP: 0.9, random })
      counts.set(tokenId, (counts.get(tokenId) ?? 0) + 1)
    }
    const nucleus = nucleusOf(values, 0.7, 0.9)
    const total = nucleus.reduce((sum, { probability }) => sum + probability, 0)
    expect([...counts.keys()].toSorted()).toEqual(nucleus.map(({ tokenId }) => tokenId).toSorted())
    for (const { tokenId, probability } of nucleus)
      expect((counts.get(tokenId) ?? 0) / draws).toBeCloseTo(probability / total, 2)
  })
})
