import { describe, expect, it } from 'vitest'
import { connectBridge } from '../../../src/renderer/lib/api'
import { referenceTo, toBase64 } from '../../../src/renderer/lib/upload'
import type { FinoBridge } from '../../../src/shared/contract'

function bridgeWith(path: string): { bridge: FinoBridge; uploaded: () => Buffer } {
  const chunks: string[] = []
  const bridge: FinoBridge = {
    async invoke(name, input) {
      if (name === 'files:upload-chunk') chunks.push((input as { base64: string }).base64)
      return { ok: true, value: (name === 'files:upload-begin' ? { uploadId: 'u1' } : null) as never }
    },
    on: () => () => undefined,
    pathOf: () => path,
  }
  return { bridge, uploaded: () => Buffer.concat(chunks.map((chunk) => Buffer.from(chunk, 'base64'))) }
}

describe('referenceTo', () => {
  it('names the path where there is one', async () => {
    connectBridge(bridgeWith('/data/a.csv').bridge)
    expect(await referenceTo(new File(['x'], 'a.csv'), () => undefined)).toEqual({ kind: 'path', path: '/data/a.csv' })
  })

  it('uploads every byte in order where there is none', async () => {
    const { bridge, uploaded } = bridgeWith('')
    connectBridge(bridge)
    const bytes = Uint8Array.from({ length: 500_001 }, (_, index) => (index * 31) % 256)
    const shares: number[] = []
    const reference = await referenceTo(new File([bytes], 'a.csv'), (share) => shares.push(share))
    expect(reference).toEqual({ kind: 'upload', uploadId: 'u1', fileName: 'a.csv' })
    expect(uploaded().equals(Buffer.from(bytes))).toBe(true)
    expect(shares.at(-1)).toBe(1)
    expect(shares.length).toBeGreaterThan(2)
  })
})

describe('toBase64', () => {
  it('agrees with Node on every byte', () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => index % 256)
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
  })
})
