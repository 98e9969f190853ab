import { describe, expect, test } from 'vitest'
import { parseWordList } from '../../../src/main/baselines/word-list'
import type { Failure } from '../../../src/shared/failure'

const words = [
  { term: 'happ*', category: 'joy', weight: 1 },
  { term: 'climate change', category: 'worry', weight: -0.5 },
]

describe('what is read', () => {
  test.each([
    ['commas', 'happ*,joy,1\nclimate change,worry,-0.5\n'],
    ['semicolons and decimal commas', 'happ*;joy;1\nclimate change;worry;-0,5\n'],
    ['tabs', 'happ*\tjoy\t1\nclimate change\tworry\t-0.5'],
    ['a header and a byte order mark', '\uFEFFterm,category,weight\nhapp*,joy,1\nclimate change,worry,-0.5\n'],
    ['quotes, capitals, empty lines', '\n"Happ*","joy","1"\r\n\r\nClimate-Change,worry,-0.5\r\n'],
    ['no weight where it is 1', 'happ*,joy\nclimate change,worry,-0.5\n'],
    ['the same row twice', 'happ*,joy,1\nclimate change,worry,-0.5\nHAPP*,joy,1\n'],
  ])('%s', (_, text) => {
    expect(parseWordList(text, 'list.csv')).toEqual(words)
  })
})

describe('what is refused names its row and a remedy', () => {
  test.each([
    [
      'a weight that is no number',
      'term,category,weight\nhappy,joy,much\n',
      2,
      /Row 2 of list\.csv: .*"much".*Write one/,
    ],
    ['no category', 'happy,,1\n', 1, /no category\. Write one/],
    ['an open middle', 'ha*py,joy,1\n', 1, /Only the end/],
    ['no letters', 'happy,joy,1\n*,joy,1\n', 2, /no letters or digits/],
    ['too many fields', 'happy,joy,1,2\n', 1, /4 fields\. Keep three/],
    ['two weights for one word', 'happy,joy,1\nHappy,joy,2\n', 2, /row 1 with another weight/],
    ['a quotation that does not end', 'sad,joy,1\n"happy,joy,1\n', 2, /not closed/],
  ])('%s', (_, text, row, message) => {
    const failure = failureOf(text)
    expect(failure).toMatchObject({ code: 'dataset-malformed', details: { fileName: 'list.csv', row } })
    expect(failure.message).toMatch(message)
  })

  test('an empty file', () => {
    expect(failureOf('term,category,weight\n').message).toMatch(/holds no words/)
  })
})

function failureOf(text: string): Failure {
  try {
    parseWordList(text, 'list.csv')
  } catch (thrown) {
    return thrown as Failure
  }
  throw new Error('it was read')
}
