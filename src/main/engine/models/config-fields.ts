/** Reading config.json field by field, collecting all that is wrong before saying so. */
import { Failure } from '../../../shared/failure'
import { type Activation, activations } from '../layers/activation'

export interface FieldReader {
  readonly source: Readonly<Record<string, unknown>>
  count(name: string, fallback?: number): number
  /** A count, or null where the field is null, negative or missing. */
  index(name: string): number | null
  positive(name: string, fallback: number): number
  share(name: string, fallback: number): number
  flag(name: string, fallback: boolean): boolean
  activation(name: string, fallback: Activation): Activation
  /** A nested object; `null` or missing = none. Its own fields are read as "name.field". */
  nested(name: string): FieldReader | null
  /** Notes what Fino cannot compute; thrown by `check`. */
  refuse(reason: string): void
  /** Throws `model-malformed` when any field read before was wrong, else `model-unsupported` when anything was refused. */
  check(plain: string): void
}

/** `path` precedes names in messages; nested readers share their parent's lists. */
export function createFieldReader(
  source: Readonly<Record<string, unknown>>,
  path = '',
  problems: string[] = [],
  refused: string[] = [],
): FieldReader {
  const read = (name: string, fallback: number | undefined, wanted: string, fits: (value: number) => boolean) => {
    const value = source[name] ?? fallback
    if (typeof value === 'number' && fits(value)) return value
    const full = path + name
    problems.push(value === undefined ? `${full} is missing` : `${full} is ${JSON.stringify(value)}, not ${wanted}`)
    return 1
  }
  return {
    source,
    count: (name, fallback) => read(name, fallback, 'a whole number above 0', (n) => Number.isInteger(n) && n > 0),
    index(name) {
      const value = source[name] ?? null
      if (value === null || (typeof value === 'number' && value < 0)) return null
      return read(name, undefined, 'a whole number from 0', (n) => Number.isInteger(n))
    },
    positive: (name, fallback) => read(name, fallback, 'a number above 0', (n) => n > 0 && Number.isFinite(n)),
    share: (name, fallback) => read(name, fallback, 'a number from 0 to below 1', (n) => n >= 0 && n < 1),
    flag: (name, fallback) => (source[name] ?? fallback) === true,
    activation(name, fallback) {
      const value = source[name] === 'swish' ? 'silu' : (source[name] ?? fallback)
      const known = activations.find((activation) => activation === value)
      if (!known) refused.push(`its activation is "${String(value)}", and Fino computes ${activations.join(', ')}`)
      return known ?? fallback
    },
    nested(name) {
      const value = source[name]
      if (typeof value !== 'object' || value === null) return null
      return createFieldReader(value as Record<string, unknown>, `${path}${name}.`, problems, refused)
    },
    refuse: (reason) => void refused.push(reason),
    check(plain) {
      if (problems.length > 0)
        throw new Failure(
          'model-malformed',
          `config.json cannot be used: ${problems.join('; ')}. Download the model folder again.`,
        )
      if (refused.length > 0)
        throw new Failure(
          'model-unsupported',
          `Fino cannot compute this model: ${refused.join('; ')}. Choose a plain ${plain}.`,
        )
    },
  }
}
