/** The few rules of the protobuf wire format that writing a graph needs (protobuf.dev/programming-guides/encoding). */

export type Bytes = Uint8Array

/** One field of a message; fields of value zero may be left out by the caller, as protobuf does. */
export function varint(field: number, value: number | bigint | boolean): Bytes {
  return join([unsigned(field << 3), unsigned(BigInt.asUintN(64, BigInt(value)))])
}

/** A float of 32 bits. */
export function float(field: number, value: number): Bytes {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return join([unsigned((field << 3) | 5), bytes])
}

/** A text, raw bytes, or another message. */
export function field(number: number, value: string | Bytes): Bytes {
  const bytes = typeof value === 'string' ? encodeText(value) : value
  return join([unsigned((number << 3) | 2), unsigned(bytes.length), bytes])
}

/** An entry of a map from texts to messages. */
export function entry(number: number, key: string, value: Bytes): Bytes {
  return field(number, join([field(1, key), field(2, value)]))
}

/** Repeated numbers in one field. */
export function packed(number: number, values: readonly (number | bigint)[]): Bytes {
  return field(number, join(values.map((value) => unsigned(BigInt.asUintN(64, BigInt(value))))))
}

/** A message is its fields one after the other. */
export function join(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function unsigned(value: number | bigint): Bytes {
  const bytes: number[] = []
  let rest = BigInt(value)
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

/** Names of operations, attributes and nodes, all of them plain letters. */
function encodeText(text: string): Bytes {
  return Uint8Array.from(text, (letter) => {
    const code = letter.charCodeAt(0)
    if (code > 0x7f) throw new Error(`${text} is not ASCII`)
    return code
  })
}
