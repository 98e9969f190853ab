/** The categories that words are sorted into, and the numbers that each is learnt from. */
import type { Problem } from '../../shared/problem'

/** Words that speak in one direction of one target. */
export interface Category {
  readonly name: string
  /** Which of the targets its words are learnt from. */
  readonly target: number
  /** Whether its words raise that target or lower it. */
  readonly side: 1 | -1
  /** What a word's effect is multiplied by to be its weight: in a class, positive weights speak for it. */
  readonly factor: 1 | -1
}

export interface Categories {
  readonly categories: readonly Category[]
  /** One number for each text. */
  readonly targets: readonly Float64Array[]
}

const quarters = ['lowest quarter', 'second quarter', 'third quarter', 'highest quarter']

/**
 * A class has words that speak for it. A number has words that raise it, words that lower it, and words that speak for
 * each quarter of the training texts: what is said of the middle is not the opposite of either end.
 * @param answers per text a class id, one 0 or 1 per class, or a number
 */
export function categorize(problem: Problem, answers: readonly Float32Array[]): Categories {
  const column = (of: (answer: Float32Array) => number) => Float64Array.from(answers, of)
  switch (problem.kind) {
    case 'single-label': {
      const classes = problem.labels.map((name, id) => forClass(name, id))
      const targets = problem.labels.map((_, id) => column(([answer]) => (answer === id ? 1 : 0)))
      if (classes.length !== 2) return { categories: classes, targets }
      // What speaks for one of two classes speaks against the other: both are learnt from the second's target.
      const [first = '', second = ''] = problem.labels
      const categories: Category[] = [{ name: first, target: 0, side: -1, factor: -1 }, forClass(second, 0)]
      return { categories, targets: targets.slice(1) }
    }
    case 'multi-label':
      return {
        categories: problem.labels.map((name, id) => forClass(name, id)),
        targets: problem.labels.map((_, id) => column((answer) => answer[id] ?? 0)),
      }
    case 'regression': {
      const numbers = column(([answer]) => answer ?? 0)
      const members = intoQuarters(numbers)
      return {
        categories: [
          { name: 'positive', target: 0, side: 1, factor: 1 },
          { name: 'negative', target: 0, side: -1, factor: 1 },
          ...members.map(({ name }, index) => forClass(name, index + 1)),
        ],
        targets: [numbers, ...members.map(({ belongs }) => belongs)],
      }
    }
    case 'instruction':
    case 'language':
      throw new Error('a dictionary has no words for a response')
    default:
      return problem satisfies never
  }
}

function forClass(name: string, target: number): Category {
  return { name, target, side: 1, factor: 1 }
}

/** A quarter that holds nothing, as targets of few distinct numbers may leave it, is left out. */
function intoQuarters(numbers: Float64Array): { name: string; belongs: Float64Array }[] {
  const sorted = numbers.toSorted()
  const start = (quarter: number) =>
    quarter === 0
      ? Number.NEGATIVE_INFINITY
      : (sorted[Math.floor((quarter * sorted.length) / 4)] ?? Number.POSITIVE_INFINITY)
  return quarters
    .map((name, quarter) => {
      const [from, to] = [start(quarter), quarter === 3 ? Number.POSITIVE_INFINITY : start(quarter + 1)]
      return { name, belongs: numbers.map((number) => (number >= from && number < to ? 1 : 0)) }
    })
    .filter(({ belongs }) => belongs.includes(1))
}
