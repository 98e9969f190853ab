import { expect, it } from 'vitest'
import { type Counted, type Encoded, encodeTexts, type Tokenizer } from '../../../src/main/engine/data/encode'
import { numberTokenizer } from '../../support/training'

/** One token a character. */
const characters: Tokenizer = {
  ...numberTokenizer,
  encode: async (texts, maxLength) =>
    texts.map((text) => Int32Array.from([...text].slice(0, maxLength ?? undefined), (letter) => letter.charCodeAt(0))),
}
const targetOf = ({ target }: { target: string }) => Float32Array.of(Number(target))

async function finish(work: AsyncGenerator<Counted, Encoded>) {
  const counts: number[] = []
  let next = await work.next()
  while (!next.done) {
    counts.push(next.value.done)
    next = await work.next()
  }
  return { counts, ...next.value }
}

it('keeps order and targets, truncates, and counts', async () => {
  const texts = Array.from({ length: 600 }, (_, index) => ({ text: `text ${index}`, target: String(index % 2) }))
  const { counts, examples, leftOut } = await finish(encodeTexts(characters, texts, { maxLength: 6, targetOf }))
  expect(counts).toEqual([256, 512, 600])
  expect(examples.length).toBe(600)
  expect(leftOut).toEqual([])
  expect(String.fromCharCode(...(examples[599]?.tokenIds ?? []))).toBe('text 5')
  expect(examples[599]?.target).toEqual(Float32Array.of(1))
})

it('refuses a tokenizer that loses a text', async () => {
  const lossy = { ...characters, encode: async () => [] }
  const work = encodeTexts(lossy, [{ text: 'a', target: '0' }], { maxLength: 4, targetOf })
  await expect(work.next()).rejects.toThrow(/no tokens/)
})
