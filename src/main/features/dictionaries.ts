/** Dictionaries: the words and weights that a run learnt, and the analyst's own word lists. */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { FileReference } from '../../shared/contract'
import type { Dictionary, WordList } from '../../shared/dictionary'
import { Failure } from '../../shared/failure'
import type { Recipe } from '../../shared/recipe'
import type { Run } from '../../shared/run'
import { decodeFile, detectEncoding } from '../data/encoding'
import { inspectFile } from '../data/inspect-file'
import type { Workspace } from '../files/workspace'
import { writeAtomically } from '../files/write-atomically'
import type { WordListStore } from '../store/word-lists'
import type { Trainer } from '../trainer/trainer'
import type { TrainedModels } from './trained-models'

export interface Dictionaries {
  /** A finished dictionary run's words, heaviest first. Fails with `run-state` or `strategy-unsupported`. */
  ofRun(runId: string): Promise<Dictionary>
  lists(): WordList[]
  /** The same content again is the list that is there already. Fails as reading a file does, or with `dataset-malformed`. */
  importList(file: FileReference): Promise<WordList>
  /** Fails with `not-found`. */
  removeList(id: string): Promise<void>
}

/** Word lists are read whole. */
const largestListBytes = 50e6

export function createDictionaries({
  workspace,
  store,
  trainer,
  trainedModels,
  run: runById,
  pathOf,
  parse,
}: {
  workspace: Pick<Workspace, 'wordLists'>
  store: WordListStore
  trainer: Pick<Trainer, 'run'>
  trainedModels: TrainedModels
  run: (id: string) => Run
  pathOf: (file: FileReference) => string
  /** Reads the terms of a list, or throws `dataset-malformed`. */
  parse: (text: string, fileName: string) => readonly { category: string }[]
}): Dictionaries {
  return {
    async ofRun(runId) {
      const run = runById(runId)
      if (run.recipe.strategy !== 'dictionary') {
        throw new Failure(
          'strategy-unsupported',
          `The run "${run.name}" is ${run.recipe.strategy}; only dictionary runs have words to show.`,
          { runId, strategy: run.recipe.strategy },
        )
      }
      const { runFolder } = await trainedModels.ofRun(run)
      return trainer.run('read-dictionary', { runFolder })
    },
    lists: () => store.list(),
    async importList(file) {
      const fileName = file.kind === 'upload' ? basename(file.fileName.replaceAll('\\', '/')) : basename(pathOf(file))
      const text = await readText(pathOf(file), fileName)
      const terms = parse(text, fileName)
      const id = createHash('sha256').update(text).digest('hex').slice(0, 32)
      await writeAtomically(wordListFile(workspace, id), text)
      store.put({
        id,
        name: basename(fileName, extname(fileName)),
        terms: terms.length,
        categories: [...new Set(terms.map(({ category }) => category))],
        createdAt: new Date().toISOString(),
      })
      return found(store, id)
    },
    async removeList(id) {
      found(store, id)
      store.remove(id)
      await rm(wordListFile(workspace, id), { force: true })
    },
  }
}

/** The word list that a dictionary's recipe names in its option `wordList`; null where it names none. Fails with `not-found`. */
export function chosenWordList(
  { workspace, store }: { workspace: Pick<Workspace, 'wordLists'>; store: WordListStore },
  { strategy, options }: Pick<Recipe, 'strategy' | 'options'>,
): string | null {
  const { wordList: id = '' } = options
  if (strategy !== 'dictionary' || id === '') return null
  return wordListFile(workspace, found(store, String(id)).id)
}

function found(store: WordListStore, id: string): WordList {
  const list = store.find(id)
  if (list !== undefined) return list
  throw new Failure(
    'not-found',
    `There is no word list ${id}. \`fino wordlist list\` shows those there are; add its file again.`,
    { wordListId: id },
  )
}

function wordListFile({ wordLists }: Pick<Workspace, 'wordLists'>, id: string): string {
  return join(wordLists, `${id}.csv`)
}

async function readText(path: string, fileName: string): Promise<string> {
  const file = await inspectFile(path, fileName)
  if (file.byteLength > largestListBytes) {
    throw new Failure('file-too-large', `${fileName} has more than 50 MB, too much for a word list.`, { path })
  }
  let text = ''
  for await (const part of decodeFile(file, await detectEncoding(file))) text += part
  return text
}
