/** What `fino words` and `fino wordlist` do. */
import { resolve } from 'node:path'
import { type Context, exitCodes } from './commands'
import * as documents from './documents'
import * as format from './format'
import { facts, table } from './output'

export async function words(
  { application, output }: Context,
  runId: string,
  flags: { limit: number },
): Promise<number> {
  const { terms, importances } = await application.features.dictionaries.ofRun(runId)
  output.answer({ terms, importances }, () =>
    [
      table(
        ['Word', 'Category', 'Weight', 'Texts'],
        terms
          .slice(0, flags.limit)
          .map(({ term, category, weight, texts }) => [term, category, format.figure(weight), format.count(texts)]),
      ),
      ...(terms.length > flags.limit ? [`${format.count(terms.length - flags.limit)} more; --limit shows them.`] : []),
      ...(importances.length === 0
        ? []
        : [
            '',
            table(
              ['Category', 'Importance'],
              importances.map(({ category, importance }) => [category, format.figure(importance)]),
            ),
          ]),
    ].join('\n'),
  )
  return exitCodes.done
}

export function listWordLists({ application, output }: Context): number {
  const lists = application.features.dictionaries.lists()
  output.answer(lists.map(documents.wordListDocument), () =>
    table(
      ['Word list', 'Name', 'Terms', 'Categories'],
      lists.map(({ id, name, terms, categories }) => [id, name, format.count(terms), categories.join(', ')]),
    ),
  )
  return exitCodes.done
}

export async function addWordList({ application, output }: Context, file: string): Promise<number> {
  const list = await application.features.dictionaries.importList({ kind: 'path', path: resolve(file) })
  output.answer(documents.wordListDocument(list), () =>
    facts([
      ['Word list', `${list.name} (${list.id})`],
      ['Terms', format.count(list.terms)],
      ['Categories', list.categories.join(', ')],
      ['Use it with', `fino train DATA --strategy dictionary --option wordList=${list.id}`],
    ]),
  )
  return exitCodes.done
}

export async function removeWordList({ application, output }: Context, id: string): Promise<number> {
  await application.features.dictionaries.removeList(id)
  output.answer({ removed: id }, () => 'The word list was removed.')
  return exitCodes.done
}
