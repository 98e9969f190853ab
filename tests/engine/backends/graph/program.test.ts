import { describe, expect, it } from 'vitest'
import { differences, feedAlso, forgetNumbers, planProgram } from '../../../../src/main/engine/backends/graph/program'
import { createTape, type Tape, types } from '../../../../src/main/engine/backends/graph/tape'

/** factor * the sum of x along an axis. */
function tapeOf({ factor = 2, axis = 0, x = [1, 2, 3], operation = 'Mul' } = {}): { tape: Tape; result: number } {
  const tape = createTape()
  const values = tape.addLeaf({ type: types.float32, shape: [x.length], numbers: Float32Array.from(x) })
  const along = tape.addLeaf({ type: types.int32, shape: [1], numbers: Int32Array.of(axis) })
  const [sum] = tape.addOperation('Sum', [], [values, along], 1) as [number]
  const scale = tape.addLeaf({ type: types.float32, shape: [], numbers: Float32Array.of(factor) })
  const [result] = tape.addOperation(operation, [], [sum, scale], 1) as [number]
  return { tape, result }
}

describe('a program', () => {
  const { tape, result } = tapeOf()
  const program = forgetNumbers(planProgram(tape, [result]))

  it('feeds what a batch brings and writes factors and axes into the graph', () => {
    expect(program.fed).toEqual([tape.leaves[0]])
    expect(program.tape.values[0]?.numbers).toBeNull()
    expect(program.tape.values[1]?.numbers).toEqual(Int32Array.of(0))
  })

  it('serves another batch, of another size too', () => {
    expect(differences(program, tapeOf({ x: [4, 5] }).tape, [result])).toEqual([])
  })

  it('finds a factor that is another, and serves both once it is fed', () => {
    const other = tapeOf({ factor: 3 }).tape
    const found = differences(program, other, [result])
    expect(found).toEqual([tape.leaves[2]])
    const wider = feedAlso(program, found ?? [])
    expect(differences(wider, other, [result])).toEqual([])
    expect(differences(wider, tape, [result])).toEqual([])
  })

  it('does not serve other operations or other results', () => {
    expect(differences(program, tapeOf({ operation: 'Add' }).tape, [result])).toBeNull()
    expect(differences(program, tape, [])).toBeNull()
  })
})
