/** Asking a trained model: one text, or every row of a file. */
import { join, parse } from 'node:path'
import Papa from 'papaparse'
import type { ImportOptions } from '../../shared/dataset'
import type { BackendChoice } from '../../shared/device'
import { Failure } from '../../shared/failure'
import type { Prediction } from '../../shared/result'
import type { Run } from '../../shared/run'
import { openTable, type Table } from '../data/read-table'
import type { Workspace } from '../files/workspace'
import { writeAtomically } from '../files/write-atomically'
import type { Trained } from '../trainer/contract'
import type { Trainer } from '../trainer/trainer'
import type { TrainedModels } from './trained-models'

export interface Predictions {
  text(input: { runId: string; text: string }): Promise<Prediction>
  file(input: FileInput & { runId: string }): Promise<FileOutput>
  /** As `file`, with the files of an export instead of a run. */
  fileWithExport(input: FileInput & { folder: string }): Promise<FileOutput>
}

export interface FileInput extends Pick<ImportOptions, 'encoding' | 'delimiter'> {
  path: string
  /** Where it differs from the path's, as an upload's does. */
  fileName?: string | undefined
  textColumn: string
  outputPath?: string | undefined
  progress?: ((done: number, total: number) => void) | undefined
}

export interface FileOutput {
  rows: number
  outputPath: string
}

/** Texts that travel to the worker in one job. */
const textsPerJob = 2048

export function createPredictions({
  workspace,
  trainer,
  trainedModels,
  run,
  backend,
}: {
  workspace: Pick<Workspace, 'exports'>
  trainer: Pick<Trainer, 'run'>
  trainedModels: TrainedModels
  run: (id: string) => Run
  backend: () => BackendChoice
}): Predictions {
  async function predict(trained: Trained, texts: string[], counted?: (done: number) => void): Promise<Prediction[]> {
    return trainer.run('predict-texts', { trained, texts, backend: backend() }, { counted: (done) => counted?.(done) })
  }

  async function labelFile(trained: Trained, input: FileInput): Promise<FileOutput> {
    const { path, textColumn, progress } = input
    const table = await openTable(path, input)
    const { fileName } = table
    const textIndex = table.columns.indexOf(textColumn)
    if (textIndex < 0) {
      throw new Failure(
        'column-missing',
        `${fileName} has no column "${textColumn}". Its columns are: ${table.columns.join(', ')}.`,
        { column: textColumn, path },
      )
    }
    // Once through the file first: what is wrong with a row is said before the work, and the work has an end.
    const total = await countRows(table)
    const outputPath = input.outputPath ?? join(workspace.exports, 'predictions', labelledName(fileName))
    let rows = 0
    async function* lines() {
      yield line([...table.columns, ...newColumns(table.columns)])
      for await (const part of parts(table)) {
        const filled = part.filter((cells) => (cells[textIndex] ?? '').trim() !== '')
        const texts = filled.map((cells) => cells[textIndex] ?? '')
        const before = rows
        const predictions =
          texts.length > 0 ? await predict(trained, texts, (done) => progress?.(before + done, total)) : []
        const answers = new Map(filled.map((cells, index) => [cells, predictions[index]]))
        // A row without a text gets no answer.
        yield part.map((cells) => line([...cells, ...toCells(answers.get(cells))])).join('')
        rows += part.length
        progress?.(rows, total)
      }
    }
    await writeAtomically(outputPath, lines())
    return { rows, outputPath }
  }

  return {
    async text({ runId, text }) {
      const [prediction] = await predict(await trainedModels.ofRun(run(runId)), [text])
      if (prediction === undefined) throw new Error('no prediction for one text')
      return prediction
    },
    file: async (input) => labelFile(await trainedModels.ofRun(run(input.runId)), input),
    fileWithExport: async (input) => labelFile(await trainedModels.ofExport(input.folder), input),
  }
}

async function countRows(table: Table): Promise<number> {
  let total = 0
  for await (const rows of table.rows()) total += rows.length
  return total
}

async function* parts(table: Table): AsyncGenerator<string[][]> {
  for await (const rows of table.rows()) {
    for (let from = 0; from < rows.length; from += textsPerJob) {
      yield rows.slice(from, from + textsPerJob).map(({ cells }) => cells)
    }
  }
}

function newColumns(columns: readonly string[]): string[] {
  return ['prediction', 'confidence'].map((name) => {
    let free = name
    for (let number = 2; columns.includes(free); number++) free = `${name} ${number}`
    return free
  })
}

function toCells(prediction: Prediction | undefined): string[] {
  if (prediction === undefined) return ['', '']
  return [prediction.label, Math.max(...prediction.probabilities).toFixed(6)]
}

function line(cells: string[]): string {
  return `${Papa.unparse([cells])}\n`
}

function labelledName(fileName: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')
  return `${parse(fileName).name}-labelled-${time}.csv`
}
