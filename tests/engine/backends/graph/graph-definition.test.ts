/** Read back by the messages that Google's protobuf compiler made for TensorFlow.js. */
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { encodeGraph, graphTag } from '../../../../src/main/engine/backends/graph/graph-definition'
import { attributeKinds, createTape, notBefore, types } from '../../../../src/main/engine/backends/graph/tape'

interface Message {
  toObject(): unknown
}
const { SavedModel } = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb') as {
  SavedModel: { deserializeBinary(bytes: Uint8Array): Message }
}

/** The parts that are compared. */
interface Read {
  metaGraphsList: {
    metaInfoDef: { tagsList: string[] }
    graphDef: {
      nodeList: { name: string; op: string; inputList: string[]; attrMap: [string, Record<string, unknown>][] }[]
    }
  }[]
}

const tape = createTape()
const x = tape.addLeaf({ type: types.float32, shape: [2, 300], numbers: null })
const table = tape.addLeaf({ type: types.float32, shape: [2], numbers: Float32Array.of(1.5, -2) })
const [sum] = tape.addOperation(
  'AddV2',
  [
    { name: 'T', type: attributeKinds.type, value: types.float32 },
    { name: 'deep', type: attributeKinds.bool, value: true },
    { name: 'axis', type: attributeKinds.integer, value: -1 },
    { name: 'rate', type: attributeKinds.float, value: 0.25 },
    { name: 'sizes', type: attributeKinds.integer, value: [3, 200] },
    { name: 'shape', type: attributeKinds.shape, value: [2, 300] },
    { name: 'word', type: attributeKinds.text, value: 'seen' },
  ],
  [x, table],
  1,
) as [number]
const graph = encodeGraph(tape, [x], [sum])
const read = SavedModel.deserializeBinary(graph.bytes).toObject() as Read

describe('a graph', () => {
  const nodes = read.metaGraphsList[0]?.graphDef.nodeList ?? []

  it('is found by its tag', () => {
    expect(read.metaGraphsList.map(({ metaInfoDef }) => metaInfoDef.tagsList)).toEqual([[graphTag]])
  })

  it('has a place for what is fed, the numbers of what is not, and the operations between', () => {
    expect(nodes.map(({ op }) => op)).toEqual(['Placeholder', 'Const', 'AddV2'])
    expect(nodes[2]?.inputList).toEqual([`${nodes[0]?.name}:0`, `${nodes[1]?.name}:0`])
    expect(graph.inputs).toEqual([`${nodes[0]?.name}:0`])
    expect(graph.outputs).toEqual([`${nodes[2]?.name}:0`])
  })

  it('keeps every attribute', () => {
    const attributes = Object.fromEntries(nodes[2]?.attrMap ?? [])
    expect(attributes.T).toMatchObject({ type: types.float32 })
    expect(attributes.deep).toMatchObject({ b: true })
    expect(attributes.axis).toMatchObject({ i: -1 })
    expect(attributes.rate).toMatchObject({ f: 0.25 })
    expect(attributes.sizes).toMatchObject({ list: { iList: [3, 200] } })
    expect(attributes.shape).toMatchObject({ shape: { dimList: [{ size: 2 }, { size: 300 }] } })
    expect(Buffer.from(String(attributes.word?.s), 'base64').toString()).toBe('seen')
  })

  it('keeps the numbers of a constant', () => {
    const { tensor } = Object.fromEntries(nodes[1]?.attrMap ?? []).value as {
      tensor: { dtype: number; tensorContent: string; tensorShape: unknown }
    }
    const bytes = Buffer.from(tensor.tensorContent, 'base64')
    expect([bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([1.5, -2])
    expect(tensor).toMatchObject({ dtype: types.float32, tensorShape: { dimList: [{ size: 2 }] } })
  })

  it('refuses a value that is on no tape', () => {
    expect(() => encodeGraph(tape, [x], [99])).toThrow('value 99')
  })
})

describe('what is not to come before something else', () => {
  it('is an identity that waits for it', () => {
    const waiting = createTape()
    const passing = waiting.addLeaf({ type: types.float32, shape: [3], numbers: null })
    const given = waiting.addLeaf({ type: types.float32, shape: [3], numbers: null })
    const [other] = waiting.addOperation('Exp', [], [given], 1) as [number]
    const [later] = waiting.addOperation(notBefore, [], [passing, other], 1) as [number]
    expect(waiting.values[later]?.shape).toEqual([3])
    const { bytes } = encodeGraph(waiting, [passing, given], [later])
    const { metaGraphsList } = SavedModel.deserializeBinary(bytes).toObject() as Read
    const node = metaGraphsList[0]?.graphDef.nodeList.at(-1)
    expect(node?.op).toBe('Identity')
    expect(node?.inputList).toEqual(['leaf0:0', '^operation0'])
  })
})
