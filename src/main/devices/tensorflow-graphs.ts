/**
 * Runs mathematics on TensorFlow as whole graphs. The work itself is carried out on values of which only shapes are known,
 * which costs little and writes a tape; a graph made from such a tape is loaded once and does every work that reads the same.
 * What is already on the device enters without a copy and what comes out stays there, so nothing lives in the graph itself:
 * every state is where it is operation by operation.
 */
import * as tf from '@tensorflow/tfjs-core'
import { type Abilities, type CarryOut, operationByOperation } from '../engine/backends/abilities'
import { encodeGraph, type Graph } from '../engine/backends/graph/graph-definition'
import { differences, feedAlso, forgetNumbers, type Program, planProgram } from '../engine/backends/graph/program'
import {
  attributeKinds,
  createTape,
  notBefore,
  type Tape,
  Untraceable,
  type Value,
} from '../engine/backends/graph/tape'
import type { Backend, Binding, Entry, TensorFacts } from './tensorflow-binding'
import type { LoadedGraph } from './tensorflow-graph-runs'

interface Loaded {
  program: Program
  graph: LoadedGraph
}

interface Traced {
  readonly tape: Tape
  /** The tensor behind each leaf. */
  readonly leaves: ReadonlyMap<number, { entry: Entry; dataId: object }>
  /** Freed by the work, but still to be read. */
  readonly freed: readonly number[]
}

/** Making a graph takes about as long as it saves in four times. It must not depend on the clock: runs are to be repeatable. */
const worthwhile = 8
/** Of one kind of work. More than that and the oldest goes: no job has so many. */
const mostGraphs = 8
/** So many graphs loaded one after the other, each for a single run: the work is better done operation by operation. */
const patience = 12

/** `tell` hears what is not run as a graph, and why. */
export function createGraphs(
  backend: Backend,
  loadGraph: (graph: Graph) => LoadedGraph,
  tell: (sentence: string) => void,
): CarryOut {
  const kinds = new Map<string, { readonly graphs: Loaded[]; inVain: number }>()
  const refused = new Set<string>()

  return (kind, work) => {
    const { name, times, hindrance } = kind
    if (times < worthwhile || refused.has(name)) return operationByOperation(kind, work)
    if (hindrance !== undefined) {
      refused.add(name)
      tell(`${name} runs operation by operation: ${hindrance}`)
      return operationByOperation(kind, work)
    }
    let result: ReturnType<typeof work> | undefined
    try {
      const traced = trace(backend, work)
      result = traced.result
      fill(name, traced, tf.tensor_util.getTensorsInContainer(result))
      return result
    } catch (thrown) {
      if (result) tf.dispose(result)
      // A mistake of the work's own is one operation by operation, too, and is thrown here.
      const done = operationByOperation(kind, work)
      refused.add(name)
      for (const { graph } of kinds.get(name)?.graphs ?? []) graph.unload()
      kinds.delete(name)
      tell(`${name} runs operation by operation: ${reasonOf(thrown)}`)
      return done
    }
  }

  /** Gives the results, of which only shapes are known so far, what the graph computes. */
  function fill(name: string, traced: Traced, results: readonly tf.Tensor[]): void {
    const entries = new Set(results.map(({ dataId }) => backend.tensorMap.get(dataId)))
    const waiting = [...entries].filter(({ values, id }) => values === null && isTraced(id))
    const asked = waiting.map(({ id }) => valueBehind(id))
    try {
      const made = execute(backend, find(name, traced.tape, asked), traced)
      for (const [index, entry] of waiting.entries()) entry.id = (made[index] as TensorFacts).id
    } finally {
      for (const id of traced.freed) backend.binding.deleteTensor(id)
    }
  }

  function find(name: string, tape: Tape, results: readonly number[]): Loaded {
    const kind = kinds.get(name) ?? { graphs: [], inVain: 0 }
    kinds.set(name, kind)
    const { graphs } = kind
    let program = planProgram(tape, results)
    for (const [index, known] of graphs.entries()) {
      const other = differences(known.program, tape, results)
      if (other?.length === 0) {
        kind.inVain = 0
        return known
      }
      if (other === null) continue
      program = feedAlso(known.program, other)
      graphs.splice(index, 1)
      known.graph.unload()
      break
    }
    if (graphs.length === mostGraphs) (graphs.shift() as Loaded).graph.unload()
    kind.inVain += 1
    if (kind.inVain > patience) throw new Error('it never reads the same twice')
    const graph = loadGraph(encodeGraph(program.tape, program.fed, program.results))
    const loaded = { program: forgetNumbers(program), graph }
    graphs.push(loaded)
    return loaded
  }
}

/** Holds within a graph alone: operation by operation everything comes in its order. */
export function createNotBefore(backend: Backend): NonNullable<Abilities['notBefore']> {
  return (other, tensor) => {
    if (!isTraced(backend.tensorMap.get(other.dataId).id)) return tensor
    const type = backend.tensorMap.get(tensor.dataId).dtype
    const attribute = { name: 'T', type: attributeKinds.type, value: type }
    return backend.executeSingleOutput(notBefore, [attribute], [tensor, other])
  }
}

/** Numbers from here downwards stand for values of a tape; -1 is TensorFlow.js' own sign for "not on the device yet". */
const firstTraced = -2
const isTraced = (id: number) => id <= firstTraced
const valueBehind = (id: number) => firstTraced - id
const idOf = (value: number) => firstTraced - value

/** Carries `work` out on shapes alone. */
function trace<Result extends tf.TensorContainer>(
  backend: Backend,
  work: () => Result,
): Traced & { readonly result: Result } {
  const { binding } = backend
  const tape = createTape()
  const leaves = new Map<number, { entry: Entry; dataId: object }>()
  const leafOf = new Map<Entry, number>()
  const freed: number[] = []

  backend.getInputTensorIds = (tensors) =>
    tensors.map(({ dataId }) => {
      if (!dataId) throw new Untraceable('it needs whole numbers of 64 bits')
      const entry = backend.tensorMap.get(dataId)
      if (entry.values === null && isTraced(entry.id)) return valueBehind(entry.id)
      const known = leafOf.get(entry)
      if (known !== undefined) return known
      const leaf = tape.addLeaf({ type: entry.dtype, shape: entry.shape, numbers: entry.values })
      leafOf.set(entry, leaf)
      leaves.set(leaf, { entry, dataId })
      return leaf
    })
  const written: Pick<Binding, 'executeOp' | 'deleteTensor' | 'tensorDataSync'> = {
    executeOp: (name, attributes, inputs, outputs) =>
      tape.addOperation(name, attributes, inputs, outputs).map((value) => {
        const { shape, type } = tape.values[value] as Value
        return { id: idOf(value), shape: [...shape], dtype: type }
      }),
    deleteTensor: (id) => freed.push(id),
    tensorDataSync(id) {
      if (!isTraced(id)) return binding.tensorDataSync(id)
      const { numbers } = tape.values[valueBehind(id)] as Value
      if (!numbers) throw new Untraceable('it reads numbers on its way')
      return numbers
    },
  }
  // The binding's own properties cannot be written to.
  backend.binding = Object.create(
    binding,
    Object.fromEntries(Object.entries(written).map(([name, value]) => [name, { value }])),
  ) as Binding
  try {
    return { tape, leaves, freed, result: tf.tidy(work) }
  } catch (thrown) {
    for (const id of freed) binding.deleteTensor(id)
    throw thrown
  } finally {
    backend.binding = binding
    // The method of the class shows again.
    delete (backend as Partial<Backend>).getInputTensorIds
  }
}

function execute({ binding, tensorMap }: Backend, { program, graph }: Loaded, traced: Traced): TensorFacts[] {
  const passing: number[] = []
  const inputs = program.fed.map((leaf) => {
    const found = traced.leaves.get(leaf)
    if (!found) throw new Error(`leaf ${leaf} has no tensor`)
    const { entry, dataId } = found
    if (entry.values === null) return entry.id
    const id = binding.createTensor(entry.shape, entry.dtype, entry.values)
    if (tensorMap.has(dataId)) Object.assign(entry, { id, values: null })
    else passing.push(id)
    return id
  })
  try {
    return graph.run(inputs)
  } finally {
    for (const id of passing) binding.deleteTensor(id)
  }
}

function reasonOf(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? ''
}
