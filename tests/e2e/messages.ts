/** Small tables that the suite makes for itself: short texts, so that a real training on WebAssembly takes seconds. */

const greetings = ['Hello,', 'Good morning,', 'Dear team,', 'Hi there,', 'Boa tarde,']

const complaints: Readonly<Record<string, readonly string[]>> = {
  billing: [
    'my card was charged twice',
    'the invoice shows a wrong amount',
    'please refund this payment',
    'the bill is higher than the price agreed',
  ],
  delivery: [
    'my parcel has not arrived',
    'the courier left the package in the rain',
    'where is the order that shipped last week',
    'the delivery came two days late',
  ],
  praise: [
    'thank you, the service was wonderful',
    'I love this product, great work',
    'your staff was kind and very helpful',
    'excellent quality, I am so happy',
  ],
}

/** 60 rows, three topics; one text spans two lines and holds quotes and a comma. */
export function labelledMessages(): string {
  const rows = Object.entries(complaints).flatMap(([topic, texts]) =>
    texts.flatMap((text) => greetings.map((greeting) => [`${greeting} ${text}`, topic])),
  )
  rows[0] = ['Hello,\nmy card was charged "twice"', 'billing']
  return table(['message', 'topic'], rows)
}

const scores: Readonly<Record<string, number>> = { billing: 2, delivery: 5, praise: 9 }

/** The same messages with how content their writers are, from 1 to 10, and who wrote them. */
export function scoredMessages(): string {
  const rows = Object.entries(complaints).flatMap(([topic, texts], topicIndex) =>
    texts.flatMap((text, textIndex) =>
      greetings.map((greeting, index) => [
        `${greeting} ${text}`,
        String((scores[topic] ?? 0) + (index % 2) * 0.5),
        `customer ${(topicIndex + textIndex * 3 + index * 7) % 12}`,
      ]),
    ),
  )
  return table(['message', 'score', 'customer'], rows)
}

/** Questions with answers in JSON Lines, some with a text that they are about. */
export function answeredPrompts(): string {
  const things = ['door', 'lamp', 'parcel', 'refund']
  const colours = ['blue', 'fast', 'slow', 'kind', 'great', 'broken', 'lost', 'late']
  const rows = things.flatMap((thing) =>
    colours.map((colour) => ({
      instruction: `where ${colour} ${thing}`,
      input: colour === 'lost' ? `${thing} lost` : '',
      output: `${thing} ${colour} .`,
    })),
  )
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}

/** A labelled table's texts without their labels, and 60 more of words that a tiny model knows. */
export function wordyTexts(labelled: string): string {
  const words = ['late', 'parcel', 'broken', 'thanks', 'great', 'refund', 'door', 'lamp', 'blue', 'slow']
  const pairs = words.flatMap((first, index) =>
    words.slice(0, 6).map((second) => `${first} ${second} never ${words[(index + 3) % words.length]} kind`),
  )
  return [labelled, ...pairs.map((text) => `${text},`)].join('\r\n')
}

export const unlabelledTexts = [
  'The courier lost my parcel',
  'Please refund the second payment',
  'Wonderful staff, thank you',
] as const

export function unlabelledMessages(): string {
  return table(
    ['number', 'message'],
    unlabelledTexts.map((text, index) => [String(index + 1), text]),
  )
}

/** The third row has one field too many. */
export const raggedTable = 'message,topic\nHello,billing\nGood morning,delivery\nHi,there,praise\n'

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, ...rows].map((row) => row.map(quoted).join(',')).join('\r\n')
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
