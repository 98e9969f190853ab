/** A tape as the messages that TensorFlow loads: GraphDef inside a SavedModel (tensorflow/core/protobuf, core/framework). */
import { type Bytes, entry, field, float, join, packed, varint } from './protobuf'
import { type Attribute, attributeKinds, type Numbers, notBefore, type Tape, type Value } from './tape'

export interface Graph {
  /** The graph alone, as a GraphDef. */
  readonly definition: Bytes
  /** With what belongs around it: the content of saved_model.pb. */
  readonly bytes: Bytes
  /** Where each fed value enters, in the order asked. */
  readonly inputs: readonly string[]
  /** Where each result is read, in the order asked. */
  readonly outputs: readonly string[]
}

/** By this tag the only graph of the file is found. */
export const graphTag = 'serve'

/**
 * @param fed leaves that come in at every run; all others are written into the graph
 * @param results values that are read at the end
 */
export function encodeGraph(tape: Tape, fed: readonly number[], results: readonly number[]): Graph {
  const names = new Map<number, string>()
  const nodes: Bytes[] = []
  const entering = new Set(fed)
  for (const leaf of tape.leaves) {
    const value = tape.values[leaf] as Value
    names.set(leaf, `leaf${leaf}:0`)
    nodes.push(entering.has(leaf) ? placeholder(`leaf${leaf}`, value) : constant(`leaf${leaf}`, value))
  }
  for (const [index, { name, attributes, inputs, outputs }] of tape.operations.entries()) {
    for (const [place, output] of outputs.entries()) names.set(output, `operation${index}:${place}`)
    const all = name === 'ExpandDims' ? [typeOf(tape.values[inputs[0] as number] as Value)] : attributes
    nodes.push(node(`operation${index}`, ...written(name, inputs), all))
  }
  const definition = join([...nodes.map((bytes) => field(1, bytes)), field(4, varint(1, producer))])
  const description = join([field(1, field(4, graphTag)), field(2, definition)])
  const bytes = join([varint(1, 1), field(2, description)])
  return { definition, bytes, inputs: fed.map(nameOf), outputs: results.map(nameOf) }

  function written(name: string, inputs: readonly number[]): [name: string, inputs: string[]] {
    if (name !== notBefore) return [name, inputs.map(nameOf)]
    const [passing, waited] = inputs.map(nameOf) as [string, string]
    return ['Identity', [passing, `^${waited.split(':')[0]}`]]
  }

  function nameOf(value: number): string {
    const name = names.get(value)
    if (!name) throw new Error(`value ${value} of ${tape.values.length} is on no tape`)
    return name
  }
}

/** One operation alone comes without the type that graphs ask for: executed by itself, it takes its input's. */
function typeOf({ type }: Value): Attribute {
  return { name: 'T', type: attributeKinds.type, value: type }
}

/** The version of graphs since which all operations used here mean what they mean today. */
const producer = 1087

function node(name: string, operation: string, inputs: readonly string[], attributes: readonly Attribute[]): Bytes {
  return join([
    field(1, name),
    field(2, operation),
    ...inputs.map((input) => field(3, input)),
    ...attributes.map((attribute) => entry(5, attribute.name, attributeValue(attribute))),
  ])
}

/** Of any shape: the same graph serves batches of all sizes. */
function placeholder(name: string, { type }: Value): Bytes {
  return join([
    field(1, name),
    field(2, 'Placeholder'),
    entry(5, 'dtype', varint(6, type)),
    entry(5, 'shape', field(7, varint(3, true))),
  ])
}

function constant(name: string, { type, shape, numbers }: Value): Bytes {
  if (!numbers) throw new Error(`${name} has no numbers to write into a graph`)
  const tensor = join([varint(1, type), field(2, shapeOf(shape)), field(4, rawBytes(numbers))])
  return join([
    field(1, name),
    field(2, 'Const'),
    entry(5, 'dtype', varint(6, type)),
    entry(5, 'value', field(8, tensor)),
  ])
}

function attributeValue({ name, type, value }: Attribute): Bytes {
  if (Array.isArray(value) && type === attributeKinds.shape) return field(7, shapeOf(value))
  if (Array.isArray(value) && type === attributeKinds.integer) return field(1, packed(3, value))
  if (typeof value === 'string' && type === attributeKinds.text) return field(2, value)
  if (typeof value === 'number' && type === attributeKinds.integer) return varint(3, value)
  if (typeof value === 'number' && type === attributeKinds.float) return float(4, value)
  if (type === attributeKinds.bool) return varint(5, Boolean(value))
  if (typeof value === 'number' && type === attributeKinds.type) return varint(6, value)
  throw new Error(`the attribute ${name} of kind ${type} cannot be written`)
}

function shapeOf(shape: readonly number[]): Bytes {
  return join(shape.map((length) => field(2, varint(1, length))))
}

function rawBytes({ buffer, byteOffset, byteLength }: Numbers): Bytes {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
