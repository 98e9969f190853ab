/** From a chosen or dropped file to a reference that the application understands. */
import type { FileReference } from '../../shared/contract'
import { call, pathOf } from './api'

/** Bytes of one message; a multiple of 3, so that chunks concatenate to the encoding of the whole. */
const chunkBytes = 192 * 1024

/** In Electron the file's path; in a browser its bytes are uploaded, `onShare` hears 0..1. */
export async function referenceTo(file: File, onShare: (share: number) => void): Promise<FileReference> {
  const path = pathOf(file)
  if (path !== '') return { kind: 'path', path }
  const { uploadId } = await call('files:upload-begin', { fileName: file.name })
  for (let from = 0; from < file.size; from += chunkBytes) {
    const bytes = new Uint8Array(await file.slice(from, from + chunkBytes).arrayBuffer())
    await call('files:upload-chunk', { uploadId, base64: toBase64(bytes) })
    onShare(Math.min(1, (from + bytes.length) / file.size))
  }
  return { kind: 'upload', uploadId, fileName: file.name }
}

/** Hands a produced file to the browser's own download. */
export async function download(downloadId: string): Promise<void> {
  const { fileName, base64 } = await call('files:download', { downloadId })
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const address = URL.createObjectURL(new Blob([bytes]))
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  URL.revokeObjectURL(address)
}

export function toBase64(bytes: Uint8Array): string {
  let characters = ''
  for (let from = 0; from < bytes.length; from += 8192) {
    characters += String.fromCharCode(...bytes.subarray(from, from + 8192))
  }
  return btoa(characters)
}
