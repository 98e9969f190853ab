import { expect, it } from 'vitest'
import { encode, type Tokenizer } from '../../../src/main/engine/data/encode'

/** One token a character. */
const characters: Tokenizer = {
  paddingId: 0,
  encode: async (texts, maxLength) =>
    texts.map((text) => Int32Array.from([...text].slice(0, maxLength ?? undefined), (letter) => letter.charCodeAt(0))),
}

it('keeps order and labels, truncates, and counts', async () => {
  const texts = Array.from({ length: 600 }, (_, index) => ({ text: `text ${index}`, label: index % 2 }))
  const counts: number[] = []
  const work = encode(characters, texts, 6)
  let next = await work.next()
  while (!next.done) {
    counts.push(next.value.done)
    next = await work.next()
  }
  expect(counts).toEqual([256, 512, 600])
  expect(next.value.length).toBe(600)
  expect(String.fromCharCode(...(next.value[599]?.tokenIds ?? []))).toBe('text 5')
  expect(next.value[599]?.label).toBe(1)
})

it('refuses a tokenizer that loses a text', async () => {
  const work = encode({ paddingId: 0, encode: async () => [] }, [{ text: 'a', label: 0 }], 4)
  await expect(work.next()).rejects.toThrow(/no tokens/)
})
