import { describe, expect, it } from 'vitest'
import type { Tokenizer } from '../../../src/main/engine/data/encode'
import { encodeInstructions, encodePrompts, fillTemplate } from '../../../src/main/engine/data/template'
import { numberTokenizer } from '../../support/training'

const template = '4 {prompt} 5'

async function encode(texts: readonly [string, string][], maxLength: number, tokenizer: Tokenizer = numberTokenizer) {
  const rows = texts.map(([text, target]) => ({ text, target }))
  const work = encodeInstructions(tokenizer, rows, { template, maxLength })
  let next = await work.next()
  while (!next.done) next = await work.next()
  return {
    leftOut: next.value.leftOut,
    examples: next.value.examples.map(({ tokenIds, target }) => ({ tokenIds: [...tokenIds], prompt: target[0] })),
  }
}

it('fills the prompt in as it is', () => {
  expect(fillTemplate('a {prompt} b', "$& {prompt} $'")).toBe("a $& {prompt} $' b")
})

describe('an instruction', () => {
  it('is prompt, response and end token, opened by the beginning token', async () => {
    const { examples } = await encode([['10 11', '20 21']], 16)
    expect(examples).toEqual([{ tokenIds: [1, 4, 10, 11, 5, 20, 21, 2], prompt: 5 }])
  })

  it('has a prompt of the same tokens as one to be answered', async () => {
    const { examples } = await encode([['10 11', '20 21']], 16)
    const [prompt] = await encodePrompts(numberTokenizer, template, ['10 11'])
    expect([...(prompt ?? [])]).toEqual(examples[0]?.tokenIds.slice(0, 5))
  })

  it('loses the end of its response, and its end token with it', async () => {
    const { examples } = await encode([['10 11', '20 21 22']], 7)
    expect(examples).toEqual([{ tokenIds: [1, 4, 10, 11, 5, 20, 21], prompt: 5 }])
  })

  it('is left out and named where the prompt leaves no room', async () => {
    const { examples, leftOut } = await encode(
      [
        ['10', '20'],
        ['10 11 12 13', '20'],
        ['11', '21'],
      ],
      7,
    )
    expect(leftOut).toEqual([1])
    expect(examples.map(({ tokenIds }) => tokenIds[2])).toEqual([10, 11])
  })

  it('does without beginning and end where the model knows none', async () => {
    const plain = { ...numberTokenizer, beginningId: null, endIds: [] }
    const { examples, leftOut } = await encode(
      [
        ['10', '20'],
        ['10', ''],
      ],
      16,
      plain,
    )
    expect(examples).toEqual([{ tokenIds: [4, 10, 5, 20], prompt: 3 }])
    expect(leftOut).toEqual([1])
  })
})
