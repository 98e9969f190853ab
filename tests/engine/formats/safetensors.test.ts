import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '../../../src/main/engine/formats/safetensors'
import { Failure } from '../../../src/shared/failure'

/** A file with the given header and so many bytes of values. */
function fileOf(header: unknown, values: Uint8Array | number = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const data = typeof values === 'number' ? new Uint8Array(values) : values
  const bytes = new Uint8Array(8 + text.byteLength + data.byteLength)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.byteLength), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.byteLength)
  return bytes
}

const oneTensor = (dtype: string, shape: number[], values: Uint8Array) =>
  decodeSafetensors(fileOf({ x: { dtype, shape, data_offsets: [0, values.byteLength] } }, values)).tensors.x

const bytesOf = (values: ArrayBufferView) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

describe('safetensors', () => {
  it('gives back every float bit for bit, with shapes and metadata', () => {
    const data = Float32Array.of(0, -0, 1.5, 1e-45, -3.4028235e38, Number.POSITIVE_INFINITY)
    const bytes = encodeSafetensors(
      {
        'b.weight': { shape: [2, 3], data },
        a: { shape: [], data: Float32Array.of(7) },
        empty: { shape: [0, 4], data: new Float32Array() },
      },
      { format: 'pt' },
    )
    const { tensors, metadata } = decodeSafetensors(bytes)
    expect(metadata).toEqual({ format: 'pt' })
    expect(tensors['b.weight']?.shape).toEqual([2, 3])
    expect(bytesOf(tensors['b.weight']?.data ?? data.subarray(0, 0))).toEqual(bytesOf(data))
    expect(tensors.a).toEqual({ shape: [], data: Float32Array.of(7) })
    expect(tensors.empty?.data).toHaveLength(0)
    expect((8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))) % 8).toBe(0)
  })

  it('reads files that lie at an odd place in a larger buffer', () => {
    const bytes = encodeSafetensors({ x: { shape: [2], data: Float32Array.of(1, 2) } })
    const larger = Buffer.alloc(bytes.byteLength + 3)
    larger.set(bytes, 3)
    expect(decodeSafetensors(larger.subarray(3)).tensors.x?.data).toEqual(Float32Array.of(1, 2))
  })

  it('reads F16, BF16, F64 as floats and integers and truth values as integers', () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00)
    expect(oneTensor('F16', [5], bytesOf(halves))?.data).toEqual(
      Float32Array.of(1, -2, 2 ** -24, 65504, Number.NEGATIVE_INFINITY),
    )
    expect(oneTensor('BF16', [2], bytesOf(Uint16Array.of(0x3f80, 0xc040)))?.data).toEqual(Float32Array.of(1, -3))
    expect(oneTensor('F64', [1], bytesOf(Float64Array.of(0.5)))?.data).toEqual(Float32Array.of(0.5))
    expect(oneTensor('I64', [2], bytesOf(BigInt64Array.of(511n, -1n)))?.data).toEqual(Int32Array.of(511, -1))
    expect(oneTensor('I8', [2], bytesOf(Int8Array.of(-7, 7)))?.data).toEqual(Int32Array.of(-7, 7))
    expect(oneTensor('BOOL', [2], Uint8Array.of(1, 0))?.data).toEqual(Int32Array.of(1, 0))
  })

  it('writes F16 rounded to the nearest half', () => {
    const data = Float32Array.of(
      1,
      -2.5,
      65504,
      1e6,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      2 ** -25,
      3 * 2 ** -25,
      1 - 2 ** -13,
    )
    const bytes = encodeSafetensors({ x: { shape: [data.length], data } }, {}, { type: 'F16' })
    expect(decodeSafetensors(bytes).tensors.x?.data).toEqual(
      Float32Array.of(1, -2.5, 65504, Number.POSITIVE_INFINITY, 1, 1 + 2 ** -9, 0, 2 ** -23, 1),
    )
  })

  const good = { dtype: 'F32', shape: [2], data_offsets: [0, 8] }
  it.each([
    ['shorter than 8 bytes', new Uint8Array(5)],
    ['would be 18446744073709551615 bytes', new Uint8Array(16).fill(255)],
    ['ends within its header', fileOf({ x: good }).subarray(0, 20)],
    ['not JSON', fileOf('{"x": ')],
    ['not a JSON object', fileOf('[1]')],
    ['not a JSON object', fileOf(' {}')],
    ['__metadata__', fileOf({ __metadata__: { a: 1 } })],
    ['not described by an object', fileOf({ x: 3 })],
    ['type F8_E4M3', fileOf({ x: { ...good, dtype: 'F8_E4M3' } }, 8)],
    ['shape of x', fileOf({ x: { ...good, shape: [2.5] } }, 8)],
    ['offsets of x', fileOf({ x: { ...good, data_offsets: [0] } }, 8)],
    ['has 4 bytes where its shape needs 8', fileOf({ x: { ...good, data_offsets: [0, 4] } }, 4)],
    ['leave a hole', fileOf({ x: { ...good, data_offsets: [4, 12] } }, 12)],
    ['overlap', fileOf({ x: good, y: { ...good, data_offsets: [4, 12] } }, 12)],
    ['ends 4 bytes early', fileOf({ x: good }, 4)],
    ['1 bytes too many', fileOf({ x: good }, 9)],
  ])('refuses a file that is damaged: %s', (reason, bytes) => {
    let thrown: unknown
    try {
      decodeSafetensors(bytes)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(Failure)
    expect(thrown).toMatchObject({ code: 'model-malformed', message: expect.stringContaining(reason) })
  })
})
