/** Options as a strategy describes them, filled in and checked. */
import { Failure } from '../../../shared/failure'
import type { ModelStrategyId, OptionDescription, OptionValue, StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'

/** Every described option, from `options` where given. Throws `recipe-invalid` naming every value that does not fit. */
export function resolveOptions(
  strategy: ModelStrategyId,
  descriptions: readonly OptionDescription[],
  options: StrategyOptions,
): ResolvedOptions {
  const problems: string[] = []
  const values = new Map<string, OptionValue>()
  for (const description of descriptions) {
    const value = options[description.name] ?? description.value
    values.set(description.name, value)
    const need = unmet(description, value)
    if (need) problems.push(`${description.name} is ${JSON.stringify(value)}, not ${need}`)
  }
  const known = descriptions.map(({ name }) => name)
  for (const name of Object.keys(options))
    if (!known.includes(name)) problems.push(`${name} is unknown (known: ${known.join(', ') || 'none'})`)
  if (problems.length > 0)
    throw new Failure(
      'recipe-invalid',
      `Options of the strategy ${strategy}: ${problems.join('; ')}. Correct the recipe.`,
    )
  return {
    number: (name) => Number(values.get(name)),
    choice: (name) => String(values.get(name)),
    text: (name) => String(values.get(name)),
    several: (name) => values.get(name) as string[],
    switched: (name) => values.get(name) === true,
  }
}

export interface ResolvedOptions {
  number(name: string): number
  choice(name: string): string
  text(name: string): string
  several(name: string): string[]
  /** False also where the strategy has no such switch on this model. */
  switched(name: string): boolean
}

/** Offered only where the folder brings a head with as many outputs as the data needs. */
export function reuseHeadOption({ source }: ModelConfig, outputs: number | null): OptionDescription[] {
  const architectures = Array.isArray(source.architectures) ? source.architectures.map(String) : []
  const classifies = architectures.some((name) => name.endsWith('ForSequenceClassification'))
  const labels = typeof source.id2label === 'object' ? Object.keys(Object(source.id2label)).length : 2
  return classifies && labels === outputs ? [{ kind: 'switch', name: 'reuseHead', value: false }] : []
}

function unmet(description: OptionDescription, value: OptionValue): string | undefined {
  switch (description.kind) {
    case 'number': {
      const { minimum, maximum, step } = description
      const whole = Number.isInteger(step)
      const fits =
        typeof value === 'number' && value >= minimum && value <= maximum && (!whole || Number.isInteger(value))
      return fits ? undefined : `a ${whole ? 'whole ' : ''}number from ${minimum} to ${maximum}`
    }
    case 'choice':
      return description.choices.includes(String(value)) ? undefined : `one of ${description.choices.join(', ')}`
    case 'several': {
      const fits = Array.isArray(value) && value.length > 0 && value.every((item) => description.choices.includes(item))
      return fits ? undefined : `one or more of ${description.choices.join(', ')}`
    }
    case 'switch':
      return typeof value === 'boolean' ? undefined : 'true or false'
    case 'text': {
      const fits = typeof value === 'string' && value.length <= description.maximumLength
      return fits ? undefined : `a text of at most ${description.maximumLength} characters`
    }
    case 'word-list':
      return typeof value === 'string' ? undefined : 'a text'
    default:
      return description satisfies never
  }
}
