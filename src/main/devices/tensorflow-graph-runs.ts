/** Two ways to have TensorFlow run a graph whole. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Graph, graphTag } from '../engine/backends/graph/graph-definition'
import type { Backend, TensorFacts } from './tensorflow-binding'

export interface LoadedGraph {
  /** @param inputs the binding's numbers of tensors, in the order of the graph's inputs */
  run(inputs: readonly number[]): TensorFacts[]
  unload(): void
}

type Holder = Pick<Backend, 'binding'>

/** Which of them this process uses; null where neither serves. FINO_GRAPHS=functions takes that way without a card too. */
export function graphLoader(backend: Holder, wish = process.env.FINO_GRAPHS): ((graph: Graph) => LoadedGraph) | null {
  const { binding } = backend
  if (wish === 'off') return null
  if (!binding.isUsingGpuDevice() && wish !== 'functions') return (graph) => loadSession(backend, graph)
  return binding.addFunction === undefined ? null : (graph) => loadFunction(backend, graph)
}

/** As a session of its own: what enters comes from the computer's own memory, where it need not be copied. */
export function loadSession(backend: Holder, graph: Graph): LoadedGraph {
  const folder = mkdtempSync(join(tmpdir(), 'fino-graph-'))
  try {
    writeFileSync(join(folder, 'saved_model.pb'), graph.bytes)
    const session = backend.binding.loadSavedModel(folder, graphTag)
    return {
      run: (inputs) => backend.binding.runSavedModel(session, inputs, graph.inputs.join(), graph.outputs.join()),
      unload: () => backend.binding.deleteSavedModel(session),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As one more operation of those that are executed by name: whatever is on a card enters and leaves there. */
export function loadFunction(backend: Holder, graph: Graph): LoadedGraph {
  loads += 1
  const name = `FinoGraph${loads}`
  const { binding } = backend
  if (!binding.addFunction || !binding.removeFunction) throw new Error('the binding knows no functions')
  binding.addFunction(name, graph.definition, graph.inputs.join(), graph.outputs.join())
  return {
    run: (inputs) => backend.binding.executeOp(name, [], inputs, graph.outputs.length),
    unload: () => backend.binding.removeFunction?.(name),
  }
}

let loads = 0
