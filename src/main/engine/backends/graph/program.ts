/** What a graph was made from, and whether it does what another tape says. */
import { type Attribute, type Numbers, type Tape, types, type Value } from './tape'

export interface Program {
  readonly tape: Tape
  /** Leaves that come in at every run. All others are written into the graph. */
  readonly fed: readonly number[]
  readonly results: readonly number[]
}

/** Leaves made by the work itself may be the same every time: axes, factors. Those become part of the graph. */
export function planProgram(tape: Tape, results: readonly number[]): Program {
  const axes = new Set(
    tape.operations.flatMap(({ name, inputs }) => (takesAxes.has(name) ? [inputs[1] as number] : [])),
  )
  const isConstant = (leaf: number) => {
    const { numbers, type } = tape.values[leaf] as Value
    return numbers !== null && (numbers.length === 1 || (type === types.int32 && axes.has(leaf)))
  }
  return { tape, results, fed: tape.leaves.filter((leaf) => !isConstant(leaf)) }
}

/** Their second input says which axes, and the device wants to know it beforehand. */
const takesAxes = new Set(['Transpose', 'Sum', 'Mean', 'Max', 'Min', 'Prod', 'All', 'Any'])

/**
 * Null where the tape is another sequence of operations; else the constants of the program's graph that are other
 * numbers on this tape: none of them means that the graph does what the tape says.
 */
export function differences(program: Program, tape: Tape, results: readonly number[]): number[] | null {
  const known = program.tape
  if (!equal(known.leaves, tape.leaves) || !equal(program.results, results)) return null
  if (known.operations.length !== tape.operations.length) return null
  for (const [index, one] of known.operations.entries()) {
    const other = tape.operations[index] as typeof one
    if (one.name !== other.name || !equal(one.inputs, other.inputs) || !equal(one.outputs, other.outputs)) return null
    if (!sameAttributes(one.attributes, other.attributes)) return null
  }
  if (tape.leaves.some((leaf) => known.values[leaf]?.type !== tape.values[leaf]?.type)) return null
  const fed = new Set(program.fed)
  return tape.leaves.filter(
    (leaf) => !fed.has(leaf) && !sameValue(known.values[leaf] as Value, tape.values[leaf] as Value),
  )
}

/** The same program with these leaves coming in from now on. */
export function feedAlso(program: Program, leaves: readonly number[]): Program {
  const fed = new Set([...program.fed, ...leaves])
  return { ...program, fed: program.tape.leaves.filter((leaf) => fed.has(leaf)) }
}

/** Without the numbers that no graph holds: those of a batch, and all that followed from them. */
export function forgetNumbers(program: Program): Program {
  const fed = new Set(program.fed)
  const constants = new Set(program.tape.leaves.filter((leaf) => !fed.has(leaf)))
  const values = program.tape.values.map((value, index) => (constants.has(index) ? value : { ...value, numbers: null }))
  return { ...program, tape: { ...program.tape, values } }
}

function sameAttributes(one: readonly Attribute[], other: readonly Attribute[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ name, type, value }, index) => {
      const counterpart = other[index] as Attribute
      if (name !== counterpart.name || type !== counterpart.type) return false
      return Array.isArray(value) ? equal(value, counterpart.value as readonly number[]) : value === counterpart.value
    })
  )
}

function sameValue(one: Value, other: Value): boolean {
  if (one.numbers === null || other.numbers === null) return false
  return equal(one.shape, other.shape) && equal(one.numbers, other.numbers)
}

function equal(one: readonly number[] | Numbers, other: readonly number[] | Numbers): boolean {
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false
  return true
}
