import { expect, test } from 'vitest'
import { countTerms, wordsOf } from '../../../src/main/baselines/words'

test('English words keep their apostrophes, whichever way they are written', () => {
  expect(wordsOf("Don’t stop: WE'LL cut 2 taxes, 'now'!")).toEqual([
    "don't",
    'stop',
    "we'll",
    'cut',
    '2',
    'taxes',
    'now',
  ])
})

test('Portuguese letters count as letters, composed or not', () => {
  expect(wordsOf('Saúde, educação e pão-de-açúcar')).toEqual(['saúde', 'educação', 'e', 'pão', 'de', 'açúcar'])
  expect(wordsOf('saúde'.normalize('NFD'))).toEqual(['saúde'])
})

test('a text without letters or digits has no words', () => {
  expect(wordsOf(' ... :-) _ ')).toEqual([])
})

test('pairs of neighbours are counted beside the words', () => {
  expect([...countTerms(['tax', 'cuts', 'tax', 'cuts'], 2)]).toEqual([
    ['tax', 2],
    ['tax cuts', 2],
    ['cuts', 2],
    ['cuts tax', 1],
  ])
  expect(countTerms(['tax', 'cuts'], 1).has('tax cuts')).toBe(false)
})
