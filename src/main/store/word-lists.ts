/** Word lists that the analyst brought; their files lie in the workspace, named by the hash of their content. */
import type { WordList } from '../../shared/dictionary'
import type { Database } from './database'

export interface WordListStore {
  /** Inserts, or renames the list with this content. */
  put(list: WordList): void
  find(id: string): WordList | undefined
  /** By name. */
  list(): WordList[]
  remove(id: string): void
}

interface Row {
  id: string
  name: string
  terms: number
  categories: string
  created_at: string
}

export function createWordListStore(database: Database): WordListStore {
  const put = database.prepare(`
    INSERT INTO word_lists (id, name, terms, categories, created_at)
    VALUES (@id, @name, @terms, @categories, @createdAt)
    ON CONFLICT (id) DO UPDATE SET name = @name, terms = @terms, categories = @categories`)
  const selectOne = database.prepare<[string], Row>('SELECT * FROM word_lists WHERE id = ?')
  const selectAll = database.prepare<[], Row>('SELECT * FROM word_lists ORDER BY name, created_at')
  const remove = database.prepare('DELETE FROM word_lists WHERE id = ?')
  return {
    put: (list) => void put.run({ ...list, categories: JSON.stringify(list.categories) }),
    find(id) {
      const row = selectOne.get(id)
      return row === undefined ? undefined : toWordList(row)
    },
    list: () => selectAll.all().map(toWordList),
    remove: (id) => void remove.run(id),
  }
}

function toWordList({ id, name, terms, categories, created_at: createdAt }: Row): WordList {
  return { id, name, terms, categories: JSON.parse(categories), createdAt }
}
