import { describe, expect, it } from 'vitest'
import { planTexts, type SourceText } from '../../../src/main/data/adaptation-texts'
import { textKey } from '../../../src/main/data/fingerprint'
import type { DatasetRow } from '../../../src/shared/dataset'

const many: SourceText[] = Array.from({ length: 200 }, (_, index) => ({
  id: index + 1,
  text: `text number ${index}`,
  kind: index % 4 === 0 ? 'unlabelled' : 'labelled',
}))

async function plan(texts: readonly SourceText[], excluded: ReadonlySet<number> = new Set()) {
  async function* read() {
    yield texts.slice(0, 70)
    yield texts.slice(70)
  }
  const planned = await planTexts(read, { excluded, name: 'news.csv' })
  const rows: DatasetRow[] = []
  for await (const batch of planned.readRows()) rows.push(...batch)
  return { ...planned, rows, of: (split: DatasetRow['split']) => rows.filter((row) => row.split === split) }
}

describe('planTexts', () => {
  it('holds out a twentieth, the same for the same texts, and learns from the rest', async () => {
    const { texts, of } = await plan(many)
    const heldOut = of('validation').map(({ text }) => text)
    expect(texts).toMatchObject({ training: 190, heldOut: 10, leftOut: { evaluation: 0, empty: 0, repeated: 0 } })
    expect(of('train').length).toBe(190)
    expect(of('test').map(({ text }) => text)).toEqual(heldOut)
    expect(of('train').some(({ text }) => heldOut.includes(text))).toBe(false)
    expect(texts.unlabelled).toBe(of('train').filter(({ id }) => id % 4 === 1).length)
    // In another order, the same are held out.
    const turned = await plan([...many].reverse())
    expect(
      turned
        .of('validation')
        .map(({ text }) => text)
        .sort(),
    ).toEqual([...heldOut].sort())
  })

  it('leaves out what is evaluated on, whatever its case and spaces, in the source or in another data set', async () => {
    const evaluated: SourceText[] = [
      { id: 301, text: 'A test text', kind: 'evaluation' },
      { id: 302, text: ' a  TEST text ', kind: 'labelled' },
      { id: 303, text: 'Text  NUMBER 7', kind: 'unlabelled' },
      { id: 304, text: '  ', kind: 'unlabelled' },
    ]
    const { texts, rows } = await plan([...many, ...evaluated], new Set([textKey('text number 5')]))
    expect(texts.leftOut).toEqual({ evaluation: 3, empty: 1, repeated: 1 })
    expect(rows.some(({ text }) => /test/i.test(text) || text === 'text number 5')).toBe(false)
    expect(texts.training + texts.heldOut).toBe(199)
  })

  it('refuses too few, saying how many there are and what became of the others', async () => {
    const few = [...many.slice(0, 49), { id: 900, text: '', kind: 'unlabelled' as const }]
    await expect(plan(few)).rejects.toMatchObject({
      code: 'dataset-too-small',
      details: { texts: 49, minimum: 50, empty: 1 },
    })
  })
})
