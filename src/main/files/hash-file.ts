/** SHA-256 of files, as lower-case hexadecimal. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { toReadFailure } from './read-failure'

/** Fails with `file-missing` or `file-unreadable`. */
export async function hashFile(path: string): Promise<string> {
  const { bytes, digest } = hashedStream(path)
  for await (const _chunk of bytes);
  return digest()
}

/** Passes the bytes of a file on and tells their hash when they have all passed. */
export function hashedStream(path: string): { bytes: AsyncGenerator<Uint8Array>; digest(): string } {
  const hash = createHash('sha256')
  async function* bytes() {
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
        hash.update(chunk as Buffer)
        yield chunk as Buffer
      }
    } catch (thrown) {
      throw toReadFailure(thrown, path)
    }
  }
  return { bytes: bytes(), digest: () => hash.digest('hex') }
}
