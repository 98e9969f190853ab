/**
 * The safetensors file format (github.com/huggingface/safetensors): 8 bytes length, a JSON header, then the values,
 * little-endian and in C order. Pure: bytes in, tensors out; a file need not be read whole.
 */
import { Failure } from '../../../shared/failure'
import { decodeText, encodeText } from './text'

const bytesPerValue = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const
export type StoredType = keyof typeof bytesPerValue

/** Where a tensor lies; offsets count from the first byte of the file. */
export interface TensorEntry {
  readonly type: StoredType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>
  readonly metadata: Readonly<Record<string, string>>
}

export interface TensorData {
  readonly shape: readonly number[]
  /** Floats of any precision as Float32Array, integers and truth values as Int32Array. */
  readonly data: Float32Array | Int32Array
}

export interface DecodedSafetensors {
  readonly tensors: Readonly<Record<string, TensorData>>
  readonly metadata: Readonly<Record<string, string>>
}

const longestHeader = 100_000_000
/** "version ", read as a length: the text that Git LFS keeps in place of a file that was not fetched. */
const gitPointer = 0x206e6f6973726576n
/** Where the header's JSON begins. */
export const headerStart = 8

/** Reads a whole file. Throws `model-malformed`, saying what is wrong with it. */
export function decodeSafetensors(bytes: Uint8Array): DecodedSafetensors {
  const end = headerEnd(bytes, bytes.byteLength)
  const { tensors, metadata } = decodeHeader(bytes.subarray(headerStart, end), bytes.byteLength)
  const decoded = [...tensors].map(([name, entry]) => {
    return [name, { shape: entry.shape, data: decodeValues(entry, bytes.subarray(entry.begin, entry.end)) }] as const
  })
  return { tensors: Object.fromEntries(decoded), metadata }
}

/** The offset of the first value, given the file's first 8 bytes and its length. */
export function headerEnd(firstBytes: Uint8Array, fileLength: number): number {
  if (fileLength < headerStart || firstBytes.byteLength < headerStart) throw malformed('it is shorter than 8 bytes')
  const view = new DataView(firstBytes.buffer, firstBytes.byteOffset, headerStart)
  const length = view.getBigUint64(0, true)
  if (length === gitPointer) throw malformed('it is only the pointer that Git LFS keeps in its place')
  if (length > longestHeader) throw malformed(`its header would be ${length} bytes long`)
  if (headerStart + Number(length) > fileLength) throw malformed('it ends within its header')
  return headerStart + Number(length)
}

/** Reads the header's JSON, and checks that the tensors cover the rest of the file without hole or overlap. */
export function decodeHeader(header: Uint8Array, fileLength: number): SafetensorsHeader {
  const dataStart = headerStart + header.byteLength
  const { __metadata__: metadata = {}, ...entries } = parseHeader(header)
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    throw malformed('its __metadata__ is not a list of texts')
  const tensors = new Map(Object.entries(entries).map(([name, entry]) => [name, readEntry(name, entry, dataStart)]))
  let covered = dataStart
  for (const [name, { begin, end }] of [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered)
      throw malformed(`the bytes of ${name} ${begin < covered ? 'overlap others' : 'leave a hole'}`)
    covered = end
  }
  if (covered > fileLength) throw malformed(`it ends ${covered - fileLength} bytes early`)
  if (covered < fileLength) throw malformed(`it has ${fileLength - covered} bytes too many`)
  return { tensors, metadata: metadata as Record<string, string> }
}

/** A tensor's values from exactly its bytes. */
export function decodeValues({ type, shape }: TensorEntry, bytes: Uint8Array): Float32Array | Int32Array {
  const size = shape.reduce((product, length) => product * length, 1)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === 'F32') return new Float32Array(aligned(bytes))
  if (type === 'BF16') return decodeBrain(new Uint16Array(aligned(bytes)))
  if (type === 'F16') return Float32Array.from(new Uint16Array(aligned(bytes)), halfToSingle)
  if (type === 'F64') return Float32Array.from({ length: size }, (_, at) => view.getFloat64(8 * at, true))
  if (type === 'I64') return Int32Array.from({ length: size }, (_, at) => Number(view.getBigInt64(8 * at, true)))
  if (type === 'I32') return new Int32Array(aligned(bytes))
  if (type === 'I16') return Int32Array.from({ length: size }, (_, at) => view.getInt16(2 * at, true))
  if (type === 'I8') return Int32Array.from({ length: size }, (_, at) => view.getInt8(at))
  return Int32Array.from(bytes)
}

export interface EncodeOptions {
  /** F16 halves the file; values beyond +-65504 become infinite. */
  readonly type?: 'F32' | 'F16'
}

/** Writes float tensors, ordered by name, with `metadata` beside them. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>,
  metadata: Readonly<Record<string, string>> = {},
  { type = 'F32' }: EncodeOptions = {},
): Uint8Array {
  const names = Object.keys(tensors).sort()
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {}
  let offset = 0
  for (const name of names) {
    const { shape, data } = tensors[name] as (typeof tensors)[string]
    const size = shape.reduce((product, length) => product * length, 1)
    if (size !== data.length)
      throw new Error(`${name}: needs ${size} values for ${shape.join(' x ')}, has ${data.length}`)
    const end = offset + bytesPerValue[type] * size
    header[name] = { dtype: type, shape, data_offsets: [offset, end] }
    offset = end
  }
  const text = encodeText(JSON.stringify(header))
  const padded = Math.ceil(text.byteLength / 8) * 8
  const bytes = new Uint8Array(headerStart + padded + offset)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.fill(0x20, headerStart, headerStart + padded)
  bytes.set(text, headerStart)
  let at = headerStart + padded
  for (const name of names) {
    const { data } = tensors[name] as (typeof tensors)[string]
    const values = type === 'F32' ? data : Uint16Array.from(data, singleToHalf)
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    at += values.byteLength
  }
  return bytes
}

function parseHeader(header: Uint8Array): Record<string, unknown> {
  let parsed: unknown
  try {
    parsed = JSON.parse(decodeText(header))
  } catch {
    throw malformed('its header is not JSON')
  }
  if (header[0] !== 0x7b || !isRecord(parsed)) throw malformed('its header is not a JSON object')
  return parsed
}

function readEntry(name: string, entry: unknown, dataStart: number): TensorEntry {
  if (!isRecord(entry)) throw malformed(`${name} is not described by an object`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !Object.hasOwn(bytesPerValue, dtype))
    throw malformed(`${name} is of type ${String(dtype)}, which Fino does not read`)
  const type = dtype as StoredType
  if (!isCounts(shape)) throw malformed(`the shape of ${name} is not a list of whole numbers`)
  if (!isCounts(offsets) || offsets.length !== 2) throw malformed(`the offsets of ${name} are not two whole numbers`)
  const [begin, end] = offsets as [number, number]
  const need = shape.reduce((product, length) => product * length, bytesPerValue[type])
  if (end - begin !== need) throw malformed(`${name} has ${end - begin} bytes where its shape needs ${need}`)
  return { type, shape, begin: dataStart + begin, end: dataStart + end }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)
}

/** A copy: typed arrays need alignment, and the buffer of the whole file can be let go. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}

function decodeBrain(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (bits) => bits << 16).buffer)
}

function halfToSingle(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Rounds to nearest, ties to even. */
function singleToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (size >= 65520) return sign | 0x7c00
  if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24)
  const exponent = Math.min(15, Math.floor(Math.log2(size)))
  // A fraction that rounds up to 1024 carries into the exponent, as it should.
  return sign | (((exponent + 15) << 10) + roundToEven((size / 2 ** exponent - 1) * 1024))
}

function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}

function malformed(reason: string): Failure {
  return new Failure('model-malformed', `The safetensors file is damaged: ${reason}. Download or export it again.`, {
    reason,
  })
}
