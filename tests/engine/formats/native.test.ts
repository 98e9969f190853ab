import { describe, expect, it } from 'vitest'
import { fromNative, toNative, trainedFile } from '../../../src/main/engine/formats/native'

describe("Fino's own format", () => {
  it('is one file, which comes back byte for byte', () => {
    const parameters = {
      'layer.gate': { shape: [2], data: Float32Array.of(0.1, -3) },
      'layer.weight': { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    }
    const files = toNative(parameters)
    expect(Object.keys(files)).toEqual([trainedFile])
    const bytes = files[trainedFile] ?? new Uint8Array()
    expect(fromNative(bytes)).toEqual(parameters)
    expect(toNative(fromNative(bytes))[trainedFile]).toEqual(bytes)
  })

  it('is refused where it is cut', () => {
    const bytes = toNative({ a: { shape: [1], data: Float32Array.of(1) } })[trainedFile] ?? new Uint8Array()
    expect(() => fromNative(bytes.slice(0, -1))).toThrow(/damaged/)
  })
})
