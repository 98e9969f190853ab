/** Short fingerprints of texts: equal texts have equal ones, and two different texts almost never do. */

/** 53 bits over UTF-16 units (cyrb53: two multiplicative hashes, mixed). Same on every machine and for ever. */
export function fingerprint(text: string, seed = 0): number {
  let high = 0xdeadbeef ^ seed
  let low = 0x41c6ce57 ^ seed
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return 4294967296 * (2097151 & low) + (high >>> 0)
}

/** What two texts must share to count as the same: all but case, width variants and the amount of white space. */
function normalizeText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}

/** Equal for texts that count as the same. */
export function textKey(text: string): number {
  return fingerprint(normalizeText(text))
}

/** Numbers groups of equal texts 0, 1, 2, … in the order in which they first come. */
export function createGrouping(): (text: string) => number {
  const groups = new Map<number, number>()
  return (text) => {
    const key = textKey(text)
    const known = groups.get(key)
    if (known !== undefined) return known
    groups.set(key, groups.size)
    return groups.size - 1
  }
}
