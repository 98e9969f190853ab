/** Asking a trained model: one text, or every row of a file. */
import { join, parse } from 'node:path'
import Papa from 'papaparse'
import type { ImportOptions } from '../../shared/dataset'
import type { BackendChoice } from '../../shared/device'
import { Failure } from '../../shared/failure'
import type { Generation } from '../../shared/generation'
import type { Prediction } from '../../shared/result'
import type { Run } from '../../shared/run'
import { openTable, type Table } from '../data/read-table'
import type { Workspace } from '../files/workspace'
import { writeAtomically } from '../files/write-atomically'
import type { Trained } from '../trainer/contract'
import type { Trainer } from '../trainer/trainer'
import { type AnswerColumns, answerColumns } from './answer-columns'
import type { ExportToAsk, TrainedModels } from './trained-models'

export interface Predictions {
  text(input: TextInput): Promise<Prediction>
  /** What the untuned base model answers to the same prompt, beside the tuned one. Fails with `task-unsupported`. */
  compare(input: TextInput): Promise<{ base: Prediction; tuned: Prediction }>
  file(input: FileInput & { runId: string }): Promise<FileOutput>
  /** As `file`, with the files of an export instead of a run. */
  fileWithExport(input: FileInput & ExportToAsk): Promise<FileOutput>
}

export interface TextInput {
  runId: string
  text: string
  /** How an answer to an instruction is written; greedy where it is absent. */
  generation?: Generation | undefined
}

export interface FileInput extends Pick<ImportOptions, 'encoding' | 'delimiter'> {
  path: string
  /** Where it differs from the path's, as an upload's does. */
  fileName?: string | undefined
  textColumn: string
  outputPath?: string | undefined
  generation?: Generation | undefined
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
  async function predict(
    trained: Trained,
    texts: string[],
    { generation, counted }: { generation: Generation | undefined; counted?: (done: number) => void },
  ): Promise<Prediction[]> {
    const input = { trained, texts, backend: backend(), ...(generation === undefined ? {} : { generation }) }
    return trainer.run('predict-texts', input, { counted: (done) => counted?.(done) })
  }

  async function predictOne(trained: Trained, { text, generation }: TextInput): Promise<Prediction> {
    const [prediction] = await predict(trained, [text], { generation })
    if (prediction === undefined) throw new Error('no prediction for one text')
    return prediction
  }

  async function answerFile(trained: Trained, input: FileInput): Promise<FileOutput> {
    const { path, textColumn, generation, progress } = input
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
    let columns: AnswerColumns | undefined
    async function* lines() {
      for await (const part of parts(table)) {
        const filled = part.filter((cells) => (cells[textIndex] ?? '').trim() !== '')
        const texts = filled.map((cells) => cells[textIndex] ?? '')
        const before = rows
        const predictions =
          texts.length > 0
            ? await predict(trained, texts, { generation, counted: (done) => progress?.(before + done, total) })
            : []
        const answers = new Map(filled.map((cells, index) => [cells, predictions[index]]))
        if (columns === undefined) {
          columns = answerColumns(predictions[0], trained)
          yield line([...table.columns, ...freeNames(columns.names, table.columns)])
        }
        const { cellsOf } = columns
        // A row without a text gets no answer.
        yield part.map((cells) => line([...cells, ...cellsOf(answers.get(cells))])).join('')
        rows += part.length
        progress?.(rows, total)
      }
    }
    await writeAtomically(outputPath, lines())
    return { rows, outputPath }
  }

  return {
    text: async (input) => predictOne(await trainedModels.ofRun(run(input.runId)), input),
    async compare(input) {
      const trained = await trainedModels.ofRun(run(input.runId))
      const { modelFolder, problem, recipe } = trained
      if (problem.kind !== 'instruction') {
        throw new Failure(
          'task-unsupported',
          'Only runs that learnt to follow instructions can be compared with their base model: others have a head that it lacks.',
          { runId: input.runId },
        )
      }
      const base = { kind: 'base' as const, modelFolder, problem, maxLength: recipe.maxLength }
      return { base: await predictOne(base, input), tuned: await predictOne(trained, input) }
    },
    file: async (input) => answerFile(await trainedModels.ofRun(run(input.runId)), input),
    fileWithExport: async (input) => answerFile(await trainedModels.ofExport(input), input),
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

function freeNames(wanted: readonly string[], taken: readonly string[]): string[] {
  return wanted.map((name) => {
    let free = name
    for (let number = 2; taken.includes(free); number++) free = `${name} ${number}`
    return free
  })
}

function line(cells: string[]): string {
  return `${Papa.unparse([cells])}\n`
}

function labelledName(fileName: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')
  return `${parse(fileName).name}-labelled-${time}.csv`
}
