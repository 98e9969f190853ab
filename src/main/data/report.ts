/** The data report: what the Check screen shows of an imported data set, read from its rows. */
import type { DataReport, Dataset, DatasetRow, SplitName } from '../../shared/dataset'
import { examineRows, examineTruncation, type RowFacts } from './findings'
import { createFactsReader } from './import'

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
  const leftOut = dataset.warnings.filter(({ code }) => code === 'empty-text' || code === 'empty-label')
  const duplicates = countDuplicates(facts, splits)
  return {
    datasetId: dataset.id,
    findings: [...leftOut, ...examineRows(facts, dataset.labels), ...truncation],
    labels: dataset.labels,
    splits: dataset.splits,
    splitLabels: countSplitLabels(dataset, facts, splits),
    targets: [],
    characters: describeCharacters(facts),
    tokens,
    duplicates,
    sample: sample.rows,
  }
}

function countSplitLabels(
  { labels }: Dataset,
  facts: readonly RowFacts[],
  splits: readonly SplitName[],
): DataReport['splitLabels'] {
  const counts = new Map(labels.map(({ label }) => [label, { label, train: 0, validation: 0, test: 0 }]))
  for (const [index, { target }] of facts.entries()) {
    const count = counts.get(target)
    if (count !== undefined) count[splits[index] ?? 'train'] += 1
  }
  return [...counts.values()]
}

/** Rows whose text an earlier row has, and rows whose text is in more than one split (none, by construction). */
function countDuplicates(facts: readonly RowFacts[], splits: readonly SplitName[]): DataReport['duplicates'] {
  const firstSplit = new Map<number, SplitName>()
  const count = { rows: 0, acrossSplits: 0 }
  for (const [index, { group }] of facts.entries()) {
    const split = splits[index] ?? 'train'
    const known = firstSplit.get(group)
    if (known === undefined) firstSplit.set(group, split)
    else {
      count.rows += 1
      if (known !== split) count.acrossSplits += 1
    }
  }
  return count
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
    histogram: histogramOf(sorted),
    truncation: reachable.map((maxLength) => ({ maxLength, share: longer(maxLength) / Math.max(1, sorted.length) })),
  }
}

/** Up to twenty bins of one width over all but the longest hundredth, which the last bin takes in: [from, to). */
function histogramOf(sorted: Float64Array): NonNullable<DataReport['tokens']>['histogram'] {
  const maximum = sorted.at(-1)
  if (maximum === undefined) return []
  const usual = quantile(sorted, 0.99)
  const width = Math.max(1, Math.ceil((usual + 1) / 20))
  const bins = Array.from({ length: Math.floor(usual / width) + 1 }, (_, index) => ({
    from: index * width,
    to: (index + 1) * width,
    rows: 0,
  }))
  for (const length of sorted) {
    const bin = bins[Math.min(bins.length - 1, Math.floor(length / width))]
    if (bin !== undefined) bin.rows += 1
  }
  const last = bins.at(-1)
  if (last !== undefined) last.to = Math.max(last.to, maximum + 1)
  return bins
}

/** The value below which `share` of the sorted values lie (nearest rank). */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
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
