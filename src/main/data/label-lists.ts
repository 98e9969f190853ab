/** Cells that name several classes: what stands between them, and the classes of one cell. */

/** What people and survey programs put between answers. */
const separators = [';', '|', ','] as const
const longestCell = 300
const mostLabels = 100

/** The classes that a cell names, each once, in its order; a cell is one class where there is no separator. */
export function splitLabels(cell: string, separator: string | null): string[] {
  if (separator === null) return [cell.trim()]
  const labels = cell.split(separator.trim() || separator).map((label) => label.trim())
  return [...new Set(labels.filter((label) => label !== ''))]
}

/** As splitLabels, for targets that come again and again. */
export function createLabelReader(separator: string | null): (target: string) => readonly string[] {
  const known = new Map<string, readonly string[]>()
  return (target) => {
    const labels = known.get(target) ?? splitLabels(target, separator)
    known.set(target, labels)
    return labels
  }
}

/** Finds out what separates the classes in the cells of a column, if anything does. */
export interface SeparatorTally {
  add(cell: string): void
  /** Null where the cells are no lists of classes. `distinctCells`: how many different ones there are. */
  decide(distinctCells: number): string | null
}

/**
 * Lists of classes are put together from a small set of short parts that come again and again: there are fewer
 * different parts than different cells, and at least every tenth cell has several.
 */
export function createSeparatorTally(): SeparatorTally {
  const candidates = separators.map((separator) => ({ separator, lists: 0, parts: new Map<string, number>() }))
  let open = [...candidates]
  let cells = 0
  return {
    add(cell) {
      cells += 1
      if (cell.length > longestCell) open = []
      for (const candidate of open) {
        const parts = splitLabels(cell, candidate.separator)
        if (parts.length > 1) candidate.lists += 1
        for (const part of parts) candidate.parts.set(part, (candidate.parts.get(part) ?? 0) + 1)
        if (candidate.parts.size > mostLabels) open = open.filter((other) => other !== candidate)
      }
    },
    decide(distinctCells) {
      const found = open.filter(({ lists, parts }) => {
        const counts = [...parts.values()]
        const total = counts.reduce((sum, count) => sum + count, 0)
        return lists >= cells / 10 && parts.size < distinctCells && total >= 4 * parts.size
      })
      const best = found.reduce<(typeof found)[number] | undefined>(
        (one, other) => (one === undefined || other.lists > one.lists ? other : one),
        undefined,
      )
      return best?.separator ?? null
    },
  }
}
