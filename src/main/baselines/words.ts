/** Cuts a text into words, the same way for learning, for an analyst's list and in the snippet of an export. */

/** Letters and digits of any script, with apostrophes inside: `don't`, `copo-d'água` as `copo`, `d'água`. */
const wordPattern = /[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*/gu

export function wordsOf(text: string): string[] {
  return text.normalize('NFC').replaceAll('’', "'").toLowerCase().match(wordPattern) ?? []
}

/** How often a text holds each word and, with `ngrams` 2, each pair of neighbours (`tax cuts`). */
export function countTerms(words: readonly string[], ngrams: number): Map<string, number> {
  const counts = new Map<string, number>()
  const count = (term: string) => counts.set(term, (counts.get(term) ?? 0) + 1)
  for (const [at, word] of words.entries()) {
    count(word)
    const next = words[at + 1]
    if (ngrams > 1 && next !== undefined) count(`${word} ${next}`)
  }
  return counts
}
