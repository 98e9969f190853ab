/** Types and shapes that TensorFlow's operations give, as far as the engine uses them. */
import { type Attribute, type Numbers, types, Untraceable, type Value } from './tape'

type Attributes = ReadonlyMap<string, Attribute['value']>
type Rule = (inputs: readonly Value[], attributes: Attributes) => Value | readonly Value[]

/** What comes out, or null for an operation that has no rule. */
export function shapesOf(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly Value[],
): readonly Value[] | null {
  const rule = rules.get(name)
  if (!rule) return null
  const made = rule(inputs, new Map(attributes.map((attribute) => [attribute.name, attribute.value])))
  return 'shape' in made ? [made] : made
}

const like = (value: Value, shape: readonly number[] = value.shape, type = value.type): Value => ({
  type,
  shape,
  numbers: null,
})
const at = (inputs: readonly Value[], index: number): Value => inputs[index] as Value

const same: Rule = (inputs) => like(at(inputs, 0))
const broadcast: Rule = (inputs) => like(at(inputs, 0), broadcastShapes(inputs))
const compare: Rule = (inputs) => like(at(inputs, 0), broadcastShapes(inputs), types.bool)

const reduce: Rule = (inputs, attributes) => {
  const [x, along] = [at(inputs, 0), at(inputs, 1)]
  const axes = new Set(Array.from(numbersOf(along), (axis) => fromFront(axis, x.shape.length)))
  const keep = attributes.get('keep_dims') === true
  const shape = keep
    ? x.shape.map((length, axis) => (axes.has(axis) ? 1 : length))
    : x.shape.filter((_, axis) => !axes.has(axis))
  return like(x, shape)
}

const rules = new Map<string, Rule>([
  ...'Abs Cos Elu Erf Exp Expm1 FinoNotBefore Floor Identity Log Log1p Neg OnesLike Reciprocal Relu Round Rsqrt Sigmoid Sign Sin Softmax LogSoftmax Softplus Sqrt Square Tanh ZerosLike LogicalNot TensorScatterUpdate'
    .split(' ')
    .map((name) => [name, same] as const),
  ...'Add AddV2 Sub Mul Div RealDiv DivNoNan FloorDiv Maximum Minimum Mod Pow SquaredDifference LogicalAnd LogicalOr'
    .split(' ')
    .map((name) => [name, broadcast] as const),
  ...'Equal NotEqual Greater GreaterEqual Less LessEqual'.split(' ').map((name) => [name, compare] as const),
  ...'IsNan IsInf IsFinite'
    .split(' ')
    .map((name) => [name, ((inputs) => like(at(inputs, 0), undefined, types.bool)) as Rule] as const),
  ...'Sum Mean Max Min Prod All Any'.split(' ').map((name) => [name, reduce] as const),
  ['AddN', same],
  ['L2Loss', (inputs) => like(at(inputs, 0), [])],
  ['Select', (inputs) => like(at(inputs, 1))],
  ['SelectV2', (inputs) => like(at(inputs, 1), broadcastShapes(inputs))],
  ['Cast', (inputs, attributes) => like(at(inputs, 0), undefined, attributes.get('DstT') as number)],
  ['BatchMatMulV2', product],
  ['Reshape', reshape],
  ['ExpandDims', expand],
  ['Transpose', (inputs) => like(at(inputs, 0), permuted(at(inputs, 0).shape, numbersOf(at(inputs, 1))))],
  ['Slice', slice],
  ['ConcatV2', concatenate],
  ['Pack', pack],
  ['Unpack', unpack],
  ['SplitV', splitInto],
  ['Fill', (inputs) => like(at(inputs, 1), [...numbersOf(at(inputs, 0))])],
  ['Tile', tile],
  ['PadV2', pad],
  ['Range', range],
  ['GatherV2', gather],
  ['GatherNd', gatherPlaces],
  ['UnsortedSegmentSum', segments],
  ['ArgMax', argMax],
])

function product(inputs: readonly Value[], attributes: Attributes): Value {
  const [a, b] = [at(inputs, 0), at(inputs, 1)]
  const lead = broadcastShapes([like(a, a.shape.slice(0, -2)), like(b, b.shape.slice(0, -2))])
  const rows = a.shape.at(attributes.get('adj_x') ? -1 : -2) as number
  const columns = b.shape.at(attributes.get('adj_y') ? -2 : -1) as number
  return like(a, [...lead, rows, columns])
}

/** Numbers known before stay known: they are the same in another shape. */
function reshape(inputs: readonly Value[]): Value {
  const x = at(inputs, 0)
  const asked = [...numbersOf(at(inputs, 1))]
  const known = asked.reduce((size, length) => (length < 0 ? size : size * length), 1)
  const shape = asked.map((length) => (length < 0 ? sizeOf(x.shape) / known : length))
  return { type: x.type, shape, numbers: x.numbers }
}

function expand(inputs: readonly Value[]): Value {
  const x = at(inputs, 0)
  const axis = fromFront(firstOf(at(inputs, 1)), x.shape.length + 1)
  return like(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)])
}

function slice(inputs: readonly Value[]): Value {
  const x = at(inputs, 0)
  const [begin, size] = [numbersOf(at(inputs, 1)), numbersOf(at(inputs, 2))]
  const shape = x.shape.map((length, axis) => {
    const asked = size[axis] as number
    return asked < 0 ? length - (begin[axis] as number) : asked
  })
  return like(x, shape)
}

function concatenate(inputs: readonly Value[]): Value {
  const parts = inputs.slice(0, -1)
  const first = at(parts, 0)
  const axis = fromFront(firstOf(at(inputs, inputs.length - 1)), first.shape.length)
  const length = parts.reduce((sum, { shape }) => sum + (shape[axis] as number), 0)
  return like(first, first.shape.with(axis, length))
}

function pack(inputs: readonly Value[], attributes: Attributes): Value {
  const first = at(inputs, 0)
  const axis = fromFront(attributes.get('axis') as number, first.shape.length + 1)
  return like(first, [...first.shape.slice(0, axis), inputs.length, ...first.shape.slice(axis)])
}

function unpack(inputs: readonly Value[], attributes: Attributes): Value[] {
  const x = at(inputs, 0)
  const axis = fromFront(attributes.get('axis') as number, x.shape.length)
  return Array.from({ length: attributes.get('num') as number }, () => like(x, x.shape.toSpliced(axis, 1)))
}

function splitInto(inputs: readonly Value[]): Value[] {
  const x = at(inputs, 0)
  const axis = fromFront(firstOf(at(inputs, 2)), x.shape.length)
  return Array.from(numbersOf(at(inputs, 1)), (length) => like(x, x.shape.with(axis, length)))
}

function tile(inputs: readonly Value[]): Value {
  const x = at(inputs, 0)
  const times = numbersOf(at(inputs, 1))
  const shape = x.shape.map((length, axis) => length * (times[axis] as number))
  return like(x, shape)
}

function pad(inputs: readonly Value[]): Value {
  const x = at(inputs, 0)
  const added = numbersOf(at(inputs, 1))
  const shape = x.shape.map((length, axis) => length + (added[2 * axis] as number) + (added[2 * axis + 1] as number))
  return like(x, shape)
}

function range(inputs: readonly Value[]): Value {
  const [start, stop, step] = [firstOf(at(inputs, 0)), firstOf(at(inputs, 1)), firstOf(at(inputs, 2))]
  return like(at(inputs, 0), [Math.max(0, Math.ceil((stop - start) / step))])
}

function gather(inputs: readonly Value[], attributes: Attributes): Value {
  const [x, indices] = [at(inputs, 0), at(inputs, 1)]
  const axis = fromFront(firstOf(at(inputs, 2)), x.shape.length)
  const shared = (attributes.get('batch_dims') as number | undefined) ?? 0
  return like(x, [...x.shape.slice(0, axis), ...indices.shape.slice(shared), ...x.shape.slice(axis + 1)])
}

function gatherPlaces(inputs: readonly Value[]): Value {
  const [x, indices] = [at(inputs, 0), at(inputs, 1)]
  return like(x, [...indices.shape.slice(0, -1), ...x.shape.slice(indices.shape.at(-1) as number)])
}

function segments(inputs: readonly Value[]): Value {
  const [x, ids] = [at(inputs, 0), at(inputs, 1)]
  return like(x, [firstOf(at(inputs, 2)), ...x.shape.slice(ids.shape.length)])
}

function argMax(inputs: readonly Value[], attributes: Attributes): Value {
  const x = at(inputs, 0)
  const axis = fromFront(firstOf(at(inputs, 1)), x.shape.length)
  return like(x, x.shape.toSpliced(axis, 1), (attributes.get('output_type') as number | undefined) ?? types.int64)
}

function broadcastShapes(inputs: readonly Pick<Value, 'shape'>[]): number[] {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = inputs.map(({ shape }) => shape[axis - rank + shape.length] ?? 1)
    return lengths.find((length) => length !== 1) ?? 1
  })
}

function permuted(shape: readonly number[], order: Numbers): number[] {
  return Array.from(order, (axis) => shape[axis] as number)
}

function numbersOf({ numbers }: Value): Numbers {
  if (!numbers) throw new Untraceable('a shape is computed on the device')
  return numbers
}

function firstOf(value: Value): number {
  return numbersOf(value)[0] as number
}

function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
