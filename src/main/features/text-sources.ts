/** Where the texts come from that a model is adapted to: a data set with its rows without a target, or any file. */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { AdaptationRequest, AdaptationTexts, TextSource } from '../../shared/adaptation'
import type { Dataset, SplitName } from '../../shared/dataset'
import { planTexts, type SourceText } from '../data/adaptation-texts'
import { chooseTextColumn } from '../data/choose-columns'
import { textKey } from '../data/fingerprint'
import { scanColumns } from '../data/infer-columns'
import { openLines } from '../data/read-lines'
import { openTable } from '../data/read-table'
import { encodeRows, readRowsFile } from '../data/rows-file'
import type { Workspace } from '../files/workspace'
import { writeAtomically } from '../files/write-atomically'
import { type Datasets, nameOf } from './datasets'

export interface GatheredTexts {
  /** Of the data set, or the file. */
  sourceName: string
  datasetId: string | null
  /** Null = the lines of a text file. */
  textColumn: string | null
  exceptDatasets: { id: string; name: string }[]
  texts: AdaptationTexts
  /** Rows as the trainer reads them; a file of the cache. */
  rowsFile: string
}

export interface TextSources {
  /** The same request on the same files is gathered once. Fails as reading the file does, and with `dataset-too-small`. */
  gather(request: Pick<AdaptationRequest, 'source' | 'exceptDatasetIds'>): Promise<GatheredTexts>
}

interface OpenedSource extends Pick<GatheredTexts, 'sourceName' | 'datasetId' | 'textColumn'> {
  read(): AsyncIterable<SourceText[]>
}

export function createTextSources({
  workspace,
  datasets,
}: {
  workspace: Pick<Workspace, 'cache'>
  datasets: Pick<Datasets, 'get' | 'rowsFile' | 'openOriginal' | 'pathOf'>
}): TextSources {
  const gathered = new Map<string, Promise<GatheredTexts>>()

  function open(source: TextSource): Promise<OpenedSource> {
    return source.kind === 'dataset' ? openDataset(datasets.get({ id: source.datasetId })) : openFile(source)
  }

  async function openDataset(dataset: Dataset): Promise<OpenedSource> {
    const { id, name, textColumn, contextColumn, task } = dataset
    const table = await datasets.openOriginal(id)
    const splits = new Map<number, SplitName>()
    for await (const rows of readRowsFile(datasets.rowsFile(id))) for (const row of rows) splits.set(row.id, row.split)
    const cellOf = (column: string | null, cells: readonly string[]) =>
      column === null ? '' : (cells[table.columns.indexOf(column)] ?? '')
    // As the import joins a prompt and its context.
    const textOf = (cells: readonly string[]) =>
      task === 'instruction'
        ? [cellOf(textColumn, cells).trim(), cellOf(contextColumn, cells).trim()].filter((part) => part).join('\n\n')
        : cellOf(textColumn, cells)
    const kindOf = (split: SplitName | undefined) =>
      split === undefined ? 'unlabelled' : split === 'train' ? 'labelled' : 'evaluation'
    return {
      sourceName: name,
      datasetId: id,
      textColumn,
      async *read() {
        for await (const rows of table.rows()) {
          yield rows.map(({ number, cells }) => ({ id: number, text: textOf(cells), kind: kindOf(splits.get(number)) }))
        }
      },
    }
  }

  async function openFile(source: Extract<TextSource, { kind: 'file' }>): Promise<OpenedSource> {
    const { file, encoding, delimiter } = source
    const path = datasets.pathOf(file)
    const fileName = nameOf(file) ?? basename(path)
    const isText = extname(fileName).toLowerCase() === '.txt'
    if (isText && source.textColumn === undefined && delimiter === undefined) {
      const readLines = await openLines(path, { encoding, fileName })
      return {
        sourceName: fileName,
        datasetId: null,
        textColumn: null,
        async *read() {
          for await (const lines of readLines()) {
            yield lines.map(({ number, text }) => ({ id: number, text, kind: 'unlabelled' as const }))
          }
        },
      }
    }
    const table = await openTable(path, { encoding, delimiter, fileName })
    const textColumn = chooseTextColumn(table, (await scanColumns(table)).columns, source.textColumn)
    const index = table.columns.indexOf(textColumn)
    return {
      sourceName: fileName,
      datasetId: null,
      textColumn,
      async *read() {
        for await (const rows of table.rows()) {
          yield rows.map(({ number, cells }) => ({ id: number, text: cells[index] ?? '', kind: 'unlabelled' as const }))
        }
      },
    }
  }

  /** Keys of the validation and test texts. */
  async function evaluationKeys(exceptDatasets: readonly Dataset[]): Promise<Set<number>> {
    const keys = new Set<number>()
    for (const { id } of exceptDatasets) {
      for await (const rows of readRowsFile(datasets.rowsFile(id))) {
        for (const { text, split } of rows) if (split !== 'train') keys.add(textKey(text))
      }
    }
    return keys
  }

  /** Changes with the file, and with the split of every data set that has a say. */
  async function keyOf(source: TextSource, exceptDatasets: readonly Dataset[]): Promise<string> {
    const splits = exceptDatasets.map(({ id, splitSeed }) => [id, splitSeed])
    if (source.kind === 'dataset')
      return JSON.stringify([datasets.get({ id: source.datasetId }).splitSeed, source, splits])
    const path = datasets.pathOf(source.file)
    const found = await stat(path).catch(() => undefined)
    return JSON.stringify([path, found?.size, found?.mtimeMs, source, splits])
  }

  async function gatherAnew(
    source: TextSource,
    exceptDatasets: readonly Dataset[],
    key: string,
  ): Promise<GatheredTexts> {
    const opened = await open(source)
    const { sourceName, datasetId, textColumn } = opened
    const excluded = await evaluationKeys(exceptDatasets)
    const { texts, readRows } = await planTexts(() => opened.read(), { excluded, name: sourceName })
    const digest = createHash('sha256').update(key).digest('hex').slice(0, 32)
    const rowsFile = join(workspace.cache, 'texts', `${digest}.jsonl`)
    await writeAtomically(rowsFile, encodeRows(readRows()))
    const own = datasetId === null ? [] : [{ id: datasetId, name: sourceName }]
    const others = exceptDatasets.map(({ id, name }) => ({ id, name }))
    return { sourceName, datasetId, textColumn, exceptDatasets: [...own, ...others], texts, rowsFile }
  }

  return {
    async gather({ source, exceptDatasetIds = [] }) {
      const own = source.kind === 'dataset' ? source.datasetId : null
      const others = [...new Set(exceptDatasetIds)].filter((id) => id !== own).map((id) => datasets.get({ id }))
      const key = await keyOf(source, others)
      const known = gathered.get(key)
      const there = known && (await known.then(({ rowsFile }) => stat(rowsFile)).catch(() => undefined))
      if (known && there) return known
      const work = gatherAnew(source, others, key)
      gathered.set(key, work)
      work.catch(() => gathered.delete(key))
      return work
    },
  }
}
