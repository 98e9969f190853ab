/** The JSON documents of the command line. Others script against them: names stay. */
import type { ExportRecord } from '../../shared/contract'
import type { Dataset } from '../../shared/dataset'
import type { DoctorReport } from '../../shared/device'
import type { WordList } from '../../shared/dictionary'
import type { Model } from '../../shared/model'
import type { Quote } from '../../shared/quote'
import { headlineOf, type Metrics } from '../../shared/result'
import type { Run } from '../../shared/run'

export function doctorDocument({ backends, node, home, memoryBytes, cards, acceleration }: DoctorReport) {
  return { backends, node, home, memoryBytes, cards, acceleration }
}

export function datasetDocument(dataset: Dataset) {
  const { id, rows, columns, task, labels, splits, warnings } = dataset
  const { textColumn, targetColumn, contextColumn, groupColumn, labelSeparator, numbers } = dataset
  return {
    datasetId: id,
    rows,
    columns,
    task,
    labels: labels.map(({ label }) => label),
    ...{ textColumn, targetColumn, contextColumn, groupColumn, labelSeparator, numbers },
    splits,
    warnings: warnings
      .filter(({ level }) => level !== 'pass')
      .map(({ code, message, rows: concerned }) => ({ code, message, rows: concerned })),
  }
}

export function wordListDocument({ id, name, terms, categories }: WordList) {
  return { wordListId: id, name, terms, categories }
}

export function modelDocument({ id, name, folder, architecture, parameters }: Model) {
  return { modelId: id, architecture, parameters, name, folder }
}

export function quoteDocument(quote: Quote) {
  const { strategy, trainableParameters, totalParameters, memoryBytes, seconds, diskBytes, fits, basis, backend } =
    quote
  return { strategy, trainableParameters, totalParameters, memoryBytes, seconds, diskBytes, fits, basis, backend }
}

/** What `train` and `resume` answer; figures are null where the run has no result. */
export function runDocument(run: Run, exported: ExportRecord | null) {
  const { id, status, backend, result, quote, failure } = run
  return {
    runId: id,
    status,
    backend,
    trainableParameters: result?.trainableParameters ?? null,
    totalParameters: result?.totalParameters ?? null,
    steps: result?.steps ?? null,
    seconds: result?.seconds ?? null,
    tokensPerSecond: result?.tokensPerSecond ?? null,
    peakMemoryBytes: result?.peakMemoryBytes ?? null,
    leftOutTexts: result?.leftOutTexts ?? null,
    metrics: result === null ? null : { validation: result.validation, test: result.test, naive: result.naive },
    quote: quote === null ? null : quoteDocument(quote),
    exportPath: exported?.folder ?? null,
    ...(failure === null ? {} : { failure }),
  }
}

/** A line of `fino runs`. */
export function runSummary(run: Run) {
  const { id, name, status, recipe, problem, datasetName, modelName, backend, result, createdAt, resumable } = run
  const test = result?.test
  return {
    runId: id,
    name,
    status,
    strategy: recipe.strategy,
    dataset: datasetName,
    model: modelName,
    backend,
    problem: problem.kind,
    score: result === null ? null : scoreDocument(result.test),
    accuracy: test?.kind === 'single-label' ? test.accuracy : null,
    macroF1: test?.kind === 'single-label' ? test.macroF1 : null,
    seconds: result?.seconds ?? null,
    resumable,
    createdAt,
  }
}

function scoreDocument(test: Metrics) {
  const { name, value } = headlineOf(test)
  return { name, value }
}

export function exportDocument({ runId, folder, format, byteLength, certificate }: ExportRecord) {
  return { runId, exportPath: folder, format, byteLength, certificate }
}
