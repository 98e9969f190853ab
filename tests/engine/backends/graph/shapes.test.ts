/** What is foretold of an operation is what the plain backend makes of it. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Attribute,
  attributeKinds,
  createTape,
  types,
  Untraceable,
} from '../../../../src/main/engine/backends/graph/tape'
import { startBackend } from '../../../support/backend'

beforeAll(() => startBackend('cpu'))

const integer = (name: string, value: number): Attribute => ({ name, type: attributeKinds.integer, value })
const flag = (name: string, value: boolean): Attribute => ({ name, type: attributeKinds.bool, value })
const type = (name: string, value: number): Attribute => ({ name, type: attributeKinds.type, value })

function foretell(name: string, inputs: readonly tf.Tensor[], attributes: Attribute[] = [], count = 1) {
  const tape = createTape()
  const leaves = inputs.map((input) =>
    tape.addLeaf({
      type: input.dtype === 'int32' ? types.int32 : types.float32,
      shape: input.shape,
      numbers: input.dataSync() as Float32Array,
    }),
  )
  return tape.addOperation(name, attributes, leaves, count).map((value) => tape.values[value]?.shape)
}

const x = (...shape: number[]) => tf.ones(shape)
const whole = (...values: number[]) => tf.tensor1d(values, 'int32')
const one = (value: number) => tf.scalar(value, 'int32')

describe('shapes', () => {
  it.each<[string, () => tf.Tensor[], Attribute[], () => tf.Tensor]>([
    ['Exp', () => [x(2, 3)], [], () => tf.exp(x(2, 3))],
    ['AddV2', () => [x(4, 1, 3), x(2, 1)], [], () => tf.add(x(4, 1, 3), x(2, 1))],
    ['Mul', () => [x(), x(2, 0)], [], () => tf.mul(x(), x(2, 0))],
    ['Sum', () => [x(2, 3, 4), whole(-1)], [flag('keep_dims', true)], () => tf.sum(x(2, 3, 4), -1, true)],
    ['Mean', () => [x(2, 3, 4), whole(0, 2)], [flag('keep_dims', false)], () => tf.mean(x(2, 3, 4), [0, 2])],
    [
      'BatchMatMulV2',
      () => [x(5, 1, 4, 2), x(3, 4, 6)],
      [flag('adj_x', true), flag('adj_y', false)],
      () => tf.matMul(x(5, 1, 4, 2), x(3, 4, 6), true),
    ],
    ['Reshape', () => [x(2, 6), whole(3, -1)], [], () => tf.reshape(x(2, 6), [3, -1])],
    ['ExpandDims', () => [x(2, 6), one(-1)], [], () => tf.expandDims(x(2, 6), -1)],
    ['Transpose', () => [x(2, 3, 4), whole(2, 0, 1)], [], () => tf.transpose(x(2, 3, 4), [2, 0, 1])],
    ['Slice', () => [x(4, 5), whole(1, 2), whole(2, -1)], [], () => tf.slice(x(4, 5), [1, 2], [2, 3])],
    ['ConcatV2', () => [x(2, 3), x(2, 1), one(-1)], [], () => tf.concat([x(2, 3), x(2, 1)], -1)],
    ['Pack', () => [x(2, 3), x(2, 3)], [integer('axis', 1)], () => tf.stack([x(2, 3), x(2, 3)], 1)],
    ['Fill', () => [whole(2, 5), tf.scalar(7)], [], () => tf.fill([2, 5], 7)],
    ['Tile', () => [x(2, 3), whole(3, 2)], [], () => tf.tile(x(2, 3), [3, 2])],
    [
      'PadV2',
      () => [
        x(2, 3),
        tf.tensor2d(
          [
            [1, 0],
            [2, 3],
          ],
          [2, 2],
          'int32',
        ),
        x(),
      ],
      [],
      () =>
        tf.pad(x(2, 3), [
          [1, 0],
          [2, 3],
        ]),
    ],
    ['Range', () => [one(1), one(8), one(3)], [], () => tf.range(1, 8, 3)],
    [
      'GatherV2',
      () => [x(6, 2), tf.zeros([3, 4], 'int32'), one(0)],
      [integer('batch_dims', 0)],
      () => tf.gather(x(6, 2), tf.zeros([3, 4], 'int32')),
    ],
    ['GatherNd', () => [x(6, 2), tf.zeros([3, 2], 'int32')], [], () => tf.gatherND(x(6, 2), tf.zeros([3, 2], 'int32'))],
    [
      'UnsortedSegmentSum',
      () => [x(3, 2), whole(0, 4, 0), one(5)],
      [],
      () => tf.unsortedSegmentSum(x(3, 2), whole(0, 4, 0), 5),
    ],
    ['ArgMax', () => [x(2, 3), one(1)], [type('output_type', types.int32)], () => tf.argMax(x(2, 3), 1)],
  ])('%s', (name, inputs, attributes, expected) => {
    expect(foretell(name, inputs(), attributes)).toEqual([expected().shape])
  })

  it('several at once', () => {
    expect(foretell('Unpack', [x(2, 3)], [integer('num', 3), integer('axis', 1)], 3)).toEqual(
      tf.unstack(x(2, 3), 1).map(({ shape }) => shape),
    )
    expect(foretell('SplitV', [x(2, 5), whole(2, 3), one(1)], [], 2)).toEqual(
      tf.split(x(2, 5), [2, 3], 1).map(({ shape }) => shape),
    )
  })

  it('types follow', () => {
    const tape = createTape()
    const leaf = tape.addLeaf({ type: types.float32, shape: [2], numbers: null })
    const typeOf = (values: readonly number[]) => tape.values[values[0] as number]?.type
    expect(typeOf(tape.addOperation('Equal', [], [leaf, leaf], 1))).toBe(types.bool)
    expect(typeOf(tape.addOperation('Cast', [type('DstT', types.int32)], [leaf], 1))).toBe(types.int32)
  })

  it('what is not known is said', () => {
    const tape = createTape()
    const computed = tape.addLeaf({ type: types.int32, shape: [1], numbers: null })
    expect(() => tape.addOperation('Surprise', [], [computed], 1)).toThrow(Untraceable)
    expect(() => tape.addOperation('Reshape', [], [computed, computed], 1)).toThrow('a shape is computed on the device')
    expect(() => tape.addOperation('Exp', [], [computed], 2)).toThrow(Untraceable)
  })
})
