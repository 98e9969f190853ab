/** The data report: what the Check screen shows of an imported data set, read from its rows. */
import type { DataReport, Dataset, DatasetRow, FindingCode, SplitName } from '../../shared/dataset'
import { examineRows, examineTruncation, findDuplicates, type RowFacts } from './findings'
import { quantile, spreadBins, upToMost } from './histogram'
import { createFactsReader } from './import'
import { createLabelReader } from './label-lists'
import { leftOutCodes } from './read-rows'

/** Lengths of all rows' texts in tokens of one model, special tokens included. */
export interface TokenLengths {
  modelId: string
  /** Longest input of the model in tokens. */
  maximumLength: number
  tokens: readonly number[]
}

/** Where the truncation share is told, as far as the model reaches. */
const maxLengths = [32, 64, 128, 256, 512]
/** The maximum length whose truncation is a finding. */
const judgedLength = 256
/** Findings that only the import could make. */
const foundAtImport: readonly FindingCode[] = [...leftOutCodes, 'group-across-splits']
const shownPerLabel = 3
const shownRows = 24
const shownCharacters = 500

export async function reportOn(
  dataset: Dataset,
  rows: AsyncIterable<DatasetRow[]>,
  lengths: TokenLengths | null,
): Promise<DataReport> {
  const readFacts = createFactsReader()
  const facts: RowFacts[] = []
  const splits: SplitName[] = []
  const sample = createSample()
  for await (const batch of rows) {
    for (const row of batch) {
      facts.push(readFacts(row))
      splits.push(row.split)
      sample.offer(row)
    }
  }
  const tokens = lengths === null ? null : describeTokens(lengths)
  const judged = tokens?.truncation.findLast(({ maxLength }) => maxLength <= judgedLength)
  const truncation = judged === undefined ? [] : [examineTruncation(judged.share, facts.length, judged.maxLength)]
  const duplicates = findDuplicates(facts, splits)
  return {
    datasetId: dataset.id,
    findings: [
      ...dataset.warnings.filter(({ code }) => foundAtImport.includes(code)),
      ...examineRows(facts, splits, dataset),
      ...truncation,
    ],
    labels: dataset.labels,
    splits: dataset.splits,
    splitLabels: countSplitLabels(dataset, facts, splits),
    targets: dataset.task === 'regression' ? spreadBins(facts.map(({ target }) => Number(target))) : [],
    characters: describeCharacters(facts),
    tokens,
    duplicates: { rows: duplicates.repeated.length, acrossSplits: duplicates.acrossSplits },
    sample: sample.rows,
  }
}

function countSplitLabels(
  { labels, labelSeparator }: Dataset,
  facts: readonly RowFacts[],
  splits: readonly SplitName[],
): DataReport['splitLabels'] {
  const counts = new Map(labels.map(({ label }) => [label, { label, train: 0, validation: 0, test: 0 }]))
  const labelsIn = createLabelReader(labelSeparator)
  for (const [index, { target }] of labels.length > 0 ? facts.entries() : []) {
    for (const label of labelsIn(target)) {
      const count = counts.get(label)
      if (count !== undefined) count[splits[index] ?? 'train'] += 1
    }
  }
  return [...counts.values()]
}

function describeCharacters(facts: readonly RowFacts[]): DataReport['characters'] {
  const sorted = Float64Array.from(facts, ({ characters }) => characters).sort()
  return { minimum: sorted[0] ?? 0, median: quantile(sorted, 0.5), maximum: sorted.at(-1) ?? 0 }
}

function describeTokens({ modelId, maximumLength, tokens }: TokenLengths): NonNullable<DataReport['tokens']> {
  const sorted = Float64Array.from(tokens).sort()
  const longer = (maxLength: number) => sorted.length - sorted.findLastIndex((length) => length <= maxLength) - 1
  const reachable = maxLengths.filter((maxLength) => maxLength <= maximumLength)
  return {
    modelId,
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    maximum: sorted.at(-1) ?? 0,
    histogram: upToMost(sorted),
    truncation: reachable.map((maxLength) => ({ maxLength, share: longer(maxLength) / Math.max(1, sorted.length) })),
  }
}

/** The first few rows of every class, long texts cut. */
function createSample() {
  const rows: DataReport['sample'] = []
  const shown = new Map<string, number>()
  return {
    rows,
    offer({ id, text, target, split }: DatasetRow) {
      const count = shown.get(target) ?? 0
      if (rows.length >= shownRows || count >= shownPerLabel) return
      shown.set(target, count + 1)
      rows.push({ id, text: cut(text), target: cut(target), split })
    },
  }
}

function cut(text: string): string {
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`
}
