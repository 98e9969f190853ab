/** Chat messages as a prompt and its response: the last answer is learnt, all that was said before it is the prompt. */

export interface Conversation {
  /** The system's message as it is; the turns named ("User: …") where there are several. */
  prompt: string
  /** '' where no assistant answers. */
  response: string
}

interface Turn {
  speaker: 'System' | 'User' | 'Assistant' | 'Tool'
  text: string
}

const speakers: Readonly<Record<string, Turn['speaker']>> = {
  system: 'System',
  developer: 'System',
  user: 'User',
  human: 'User',
  assistant: 'Assistant',
  gpt: 'Assistant',
  model: 'Assistant',
  bot: 'Assistant',
  tool: 'Tool',
  function: 'Tool',
}

/** Whether a value is a list of chat messages: {role, content} as most write them, or {from, value}. */
export function isConversation(value: unknown): value is unknown[] {
  const [first] = Array.isArray(value) ? value : []
  return isRecord(first) && ('role' in first || 'from' in first)
}

/** What comes after the last answer is left out. Throws an Error whose message says which message is wrong. */
export function readConversation(messages: readonly unknown[]): Conversation {
  const turns = messages.map(readTurn)
  const last = turns.findLastIndex(({ speaker }) => speaker === 'Assistant')
  const before = last < 0 ? turns : turns.slice(0, last)
  const single = before.filter(({ speaker }) => speaker !== 'System').length < 2
  const shown = before.filter(({ text }) => text !== '')
  return {
    prompt: shown
      .map(({ speaker, text }) => (single || speaker === 'System' ? text : `${speaker}: ${text}`))
      .join('\n\n'),
    response: turns[last]?.text ?? '',
  }
}

function readTurn(message: unknown, index: number): Turn {
  const { role, from, content, value } = isRecord(message) ? message : {}
  const name = role ?? from
  const speaker = typeof name === 'string' ? speakers[name.toLowerCase()] : undefined
  if (speaker === undefined) {
    throw new Error(`message ${index + 1} has ${name === undefined ? 'no role' : `the role ${JSON.stringify(name)}`}`)
  }
  const text = readContent(content ?? value)
  if (text === undefined) throw new Error(`message ${index + 1} has a content that is no text`)
  return { speaker, text: text.trim() }
}

/** A text, or a list of text parts; undefined where there is anything else (a picture). */
function readContent(content: unknown): string | undefined {
  if (content === undefined || content === null) return ''
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const parts = content.map((part) => (isRecord(part) && typeof part.text === 'string' ? part.text : undefined))
  return parts.includes(undefined) ? undefined : parts.join('\n')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
