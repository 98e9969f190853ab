/** Yggdrasil Decision Forests in WebAssembly: trees that are fitted, saved and opened again. The same data, the same trees. */
import JSZip from 'jszip'
import type { Columns, Model, Ydf } from 'ydf-training'

export type TreeKind = 'random-forest' | 'boosted-trees'

export interface Trees {
  /** In the order of the probabilities; empty for numbers. */
  readonly classes: readonly string[]
  /** A number, or one probability per class. */
  predict(features: Float32Array): number[] // [rows, classes or 1]
  /** How much of the loss each feature's splits take away, as shares. */
  readonly importances: readonly number[]
  /** A zip archive of the files that Python's `ydf.load_model` reads. */
  save(): Promise<Uint8Array>
  dispose(): void
}

const targetName = 'target'

/** Fits until it is done: nothing can interrupt it. Targets that are texts are classes, of which there must be two. */
export async function fitTrees(
  kind: TreeKind,
  names: readonly string[],
  features: Float32Array, // [rows, names]
  targets: readonly string[] | readonly number[],
): Promise<Trees> {
  const ydf = await load()
  const task = typeof targets[0] === 'number' ? 'REGRESSION' : 'CLASSIFICATION'
  const Learner = kind === 'random-forest' ? ydf.RandomForestLearner : ydf.GradientBoostedTreesLearner
  const learner = new Learner(targetName, task)
  return toTrees(names, learner.train({ ...toColumns(names, features), [targetName]: [...targets] as string[] }))
}

/** The inverse of `save`. Throws where the archive is no model. */
export async function openTrees(names: readonly string[], zip: Uint8Array): Promise<Trees> {
  const ydf = await load()
  return toTrees(names, await ydf.loadModelFromZipBlob(zip))
}

function toTrees(names: readonly string[], model: Model): Trees {
  const classes = model.getLabelClasses()
  return {
    classes,
    predict(features) {
      const answers = model.predict(toColumns(names, features))
      return classes.length === 2 ? answers.flatMap((second) => [1 - second, second]) : answers
    },
    importances: readImportances(model.describe(), names),
    save: async () => await compress(new Uint8Array(await (await model.save()).arrayBuffer())),
    dispose: () => model.unload(),
  }
}

function toColumns(names: readonly string[], features: Float32Array): Columns {
  const rows = features.length / names.length
  return Object.fromEntries(
    names.map((_, column) => [
      columnName(column),
      Array.from({ length: rows }, (_row, row) => features[row * names.length + column] as number),
    ]),
  )
}

/** Names of people's own choice could be the target's, or break the report's lines. */
function columnName(column: number): string {
  return `feature_${column}`
}

/** From the report's lines, such as `    1. "feature_0" 13139.250139 ####`. */
function readImportances(report: string, names: readonly string[]): number[] {
  const [, section = ''] = report.split('Variable Importance: SUM_SCORE:')
  const [table = ''] = section.split('\n\n')
  const sums = names.map((_, column) => {
    const line = new RegExp(`^\\s*\\d+\\.\\s+"${columnName(column)}"\\s+(\\S+)`, 'm').exec(table)
    return Math.max(0, Number(line?.[1] ?? 0))
  })
  const total = sums.reduce((sum, value) => sum + value, 0)
  return sums.map((value) => (total > 0 ? value / total : 0))
}

/** Files as they come are not compressed, and carry the time. */
async function compress(zip: Uint8Array): Promise<Uint8Array> {
  const packed = new JSZip()
  for (const file of Object.values((await JSZip.loadAsync(zip)).files)) {
    if (!file.dir) packed.file(file.name, await file.async('uint8array'), { date: new Date(0) })
  }
  return await packed.generateAsync({ type: 'uint8array', compression: 'DEFLATE' })
}

let loaded: Promise<Ydf> | null = null

function load(): Promise<Ydf> {
  loaded ??= start()
  return loaded
}

async function start(): Promise<Ydf> {
  // The library looks for JSZip among the globals, and answers every uncaught error of the process with a throw.
  Object.assign(globalThis, { JSZip })
  const events = ['uncaughtException', 'unhandledRejection'] as const
  const before = events.map((event) => process.rawListeners(event))
  const { default: loadYdf } = await import('ydf-training')
  const ydf = await loadYdf({ print: () => {}, printErr: () => {} })
  for (const [index, event] of events.entries()) {
    for (const listener of process.rawListeners(event)) {
      if (!before[index]?.includes(listener)) process.removeListener(event, listener as () => void)
    }
  }
  return ydf
}
