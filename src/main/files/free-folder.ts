/** Names for new folders: readable, and not taken. */
import { stat } from 'node:fs/promises'

/** "Notícias de 2025 · lora" -> "noticias-de-2025-lora"; '' where nothing readable is left. */
export function slugOf(name: string): string {
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
  return words.toLowerCase().slice(0, 60)
}

/** `folder`, or with a number behind it where that is taken. */
export async function freeFolder(folder: string): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? folder : `${folder}-${number}`
    if ((await stat(candidate).catch(() => undefined)) === undefined) return candidate
  }
}
