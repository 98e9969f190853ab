/** Text as UTF-8 bytes and back, with what every JavaScript host has but the ES library's types lack. */

declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const TextDecoder: new (label: string, options: { fatal: boolean }) => { decode(bytes: Uint8Array): string }

export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Throws where the bytes are not UTF-8. A byte order mark is left out. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

/** Indented JSON with a final line break, as Hugging Face writes it. */
export function encodeJson(value: unknown): Uint8Array {
  return encodeText(`${JSON.stringify(value, null, 2)}\n`)
}
