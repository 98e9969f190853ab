import { expect, it } from 'vitest'
import { isConversation, readConversation } from '../../../src/main/data/conversation'

const system = { role: 'system', content: 'Be brief.' }
const user = (content: unknown) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })

it.each([
  ['one question', [user(' Hi '), assistant('Hello.')], 'Hi', 'Hello.'],
  ['a system message', [system, user('Hi'), assistant('Hello.')], 'Be brief.\n\nHi', 'Hello.'],
  [
    'several turns',
    [system, user('Hi'), assistant('Hello.'), user('And?'), assistant('And so.')],
    'Be brief.\n\nUser: Hi\n\nAssistant: Hello.\n\nUser: And?',
    'And so.',
  ],
  ['a question left open', [user('Hi'), assistant('Hello.'), user('And?')], 'Hi', 'Hello.'],
  ['no answer at all', [system, user('Hi')], 'Be brief.\n\nHi', ''],
  ['an answer to nothing', [assistant('Hello.')], '', 'Hello.'],
  ['an answer without words', [user('Hi'), { role: 'assistant', content: null }], 'Hi', ''],
  [
    'texts in parts',
    [
      user([
        { type: 'text', text: 'Hi' },
        { type: 'text', text: 'there' },
      ]),
      assistant('Hello.'),
    ],
    'Hi\nthere',
    'Hello.',
  ],
  [
    'other names of the same',
    [
      { from: 'human', value: 'Hi' },
      { from: 'gpt', value: 'Hello.' },
    ],
    'Hi',
    'Hello.',
  ],
  ['a tool', [user('2+2?'), { role: 'tool', content: '4' }, assistant('Four.')], 'User: 2+2?\n\nTool: 4', 'Four.'],
])('reads %s', (_name, messages, prompt, response) => {
  expect(isConversation(messages)).toBe(true)
  expect(readConversation(messages)).toEqual({ prompt, response })
})

it('tells conversations from other lists', () => {
  expect([[], ['a'], [{ input: 'a' }], 'user', null].some(isConversation)).toBe(false)
})
