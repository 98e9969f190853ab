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
