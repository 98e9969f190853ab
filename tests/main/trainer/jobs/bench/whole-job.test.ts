import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { drawTexts, readTexts } from '../../../../../src/main/trainer/jobs/bench/whole-job'

const texts = Array.from({ length: 40 }, (_, index) => ({ text: `text ${index}`, target: index % 2 ? 'b' : 'a' }))

describe('texts of a job', () => {
  it('are drawn and split, none twice where there are enough', () => {
    const { rows, labels, source } = drawTexts(texts, 30, 'reviews')
    expect(new Set(rows.map(({ text }) => text)).size).toBe(30)
    expect(rows.filter(({ split }) => split === 'train')).toHaveLength(24)
    expect(rows.filter(({ split }) => split === 'validation')).toHaveLength(3)
    expect(labels).toEqual(['a', 'b'])
    expect(source).toBe('30 of the 40 texts of reviews')
    expect(drawTexts(texts, 30, 'reviews').rows).toEqual(rows)
  })

  it('are repeated where there are too few, which is said', () => {
    const { rows, source } = drawTexts(texts, 100, 'reviews')
    expect(rows).toHaveLength(100)
    expect(source).toBe('100 texts: the 40 of reviews, repeated')
  })

  it('come from the example data where no file is named', async () => {
    const { rows, labels, source } = await readTexts(null, 50)
    expect(rows).toHaveLength(50)
    expect(labels).toContain('praise')
    expect(source).toContain('the example data')
  })

  it('come from a CSV file with the columns text and label, or say what is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fino-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'data.csv')
    await writeFile(file, 'text,label\n"one, two",x\nthree,y\n')
    expect((await readTexts(file, 2)).labels).toEqual(['x', 'y'])
    await writeFile(file, 'review,stars\none,1\n')
    await expect(readTexts(file, 2)).rejects.toThrow('no rows with a text and a label')
  })
})
