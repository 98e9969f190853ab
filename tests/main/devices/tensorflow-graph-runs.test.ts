import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Backend, Binding } from '../../../src/main/devices/tensorflow-binding'
import { graphLoader, loadFunction, loadSession } from '../../../src/main/devices/tensorflow-graph-runs'
import { encodeGraph } from '../../../src/main/engine/backends/graph/graph-definition'
import { attributeKinds, createTape, types } from '../../../src/main/engine/backends/graph/tape'
import { startBackend, tensorflowMissing } from '../../support/backend'

const T = { name: 'T', type: attributeKinds.type, value: types.float32 }
const bare = (gpu: boolean, more: Partial<Binding> = {}) => ({
  binding: { isUsingGpuDevice: () => gpu, ...more } as Binding,
})
const withFunctions = { addFunction: () => {}, removeFunction: () => {} }

describe('which way', () => {
  it('needs functions on a card, where sessions would carry every weight there and back', () => {
    expect(graphLoader(bare(true), undefined)).toBe(null)
    expect(graphLoader(bare(true, withFunctions), undefined)).not.toBe(null)
    expect(graphLoader(bare(false), undefined)).not.toBe(null)
  })

  it('is neither where graphs are off, and functions where they are asked for and there', () => {
    expect(graphLoader(bare(true, withFunctions), 'off')).toBe(null)
    expect(graphLoader(bare(false), 'off')).toBe(null)
    expect(graphLoader(bare(false), 'functions')).toBe(null)
  })
})

describe.skipIf(tensorflowMissing !== null)('a graph', () => {
  beforeAll(() => startBackend('tensorflow'))
  const { tape, x, y, product, sum } = twoResults()
  const graph = encodeGraph(tape, [x, y], [sum, product])

  it.each([
    ['session', loadSession],
    ['function', loadFunction],
  ] as const)('as a %s gives the same, and holds nothing', (kind, load) => {
    const backend = tf.backend() as unknown as Backend
    const { binding } = backend
    // Installed by an older version.
    if (kind === 'function' && binding.addFunction === undefined)
      return expect(graphLoader(backend, 'functions')).toBe(null)
    const loaded = load(backend, graph)
    for (const factor of [2, 3]) {
      const inputs = [Float32Array.of(1, 2), Float32Array.of(factor, factor)].map((numbers) =>
        binding.createTensor([2], types.float32, numbers),
      )
      const results = loaded.run(inputs)
      expect(results.map(({ id }) => [...binding.tensorDataSync(id)])).toEqual([
        [factor + 1, factor + 2],
        [factor, 2 * factor],
      ])
      for (const id of [...inputs, ...results.map(({ id }) => id)]) binding.deleteTensor(id)
    }
    loaded.unload()
  })

  it('that TensorFlow refuses is refused with its reason', () => {
    const backend = tf.backend() as unknown as Backend
    const { binding } = backend
    if (binding.addFunction === undefined) return expect(graphLoader(backend, 'functions')).toBe(null)
    expect(() => loadFunction(backend, { ...graph, definition: Uint8Array.of(1, 2, 3) })).toThrow(/GraphDef/)
    expect(() => loadFunction(backend, { ...graph, outputs: ['nowhere:0'] })).toThrow('lacks an input or output')
  })
})

function twoResults() {
  const tape = createTape()
  const [x, y] = [0, 1].map(() => tape.addLeaf({ type: types.float32, shape: [2], numbers: null })) as [number, number]
  const [sum] = tape.addOperation('AddV2', [T], [x, y], 1) as [number]
  const [product] = tape.addOperation('Mul', [T], [x, y], 1) as [number]
  return { tape, x, y, sum, product }
}

it.runIf(tensorflowMissing !== null)(`no graphs here: ${tensorflowMissing}`, () => {
  expect(tensorflowMissing).toContain('tensorflow')
})
