/** A trained dictionary on disk: `dictionary.csv` for people and programs, `fino.json`, and the predictor's files. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Papa from 'papaparse'
import { z } from 'zod'
import { type DictionaryTerm, dictionaryTermSchema } from '../../shared/dictionary'
import { Failure } from '../../shared/failure'
import { type Problem, problemSchema } from '../../shared/problem'
import type { LinearSolver } from './linear-predictor'
import { openPredictor, type Predictor, predictorSchema } from './predictor'
import { createScorer, type Scorer } from './scorer'

export interface TrainedDictionary {
  readonly problem: Problem
  /** Words that a learnt term may have. */
  readonly ngrams: number
  readonly categories: readonly string[]
  readonly terms: readonly DictionaryTerm[]
  readonly scorer: Scorer
  /** The holder disposes of it. */
  readonly predictor: Predictor
}

const recordSchema = z.object({
  format: z.literal('dictionary'),
  version: z.literal(1),
  problem: problemSchema,
  ngrams: z.number().int(),
  categories: z.array(z.string()),
  features: z.array(z.string()),
  predictor: predictorSchema,
})

const columns = ['term', 'category', 'weight', 'texts'] as const

/** Into a folder that is there. */
export async function writeDictionary(folder: string, trained: TrainedDictionary): Promise<void> {
  const { problem, ngrams, categories, terms, scorer, predictor } = trained
  const record: z.infer<typeof recordSchema> = {
    format: 'dictionary',
    version: 1,
    problem,
    ngrams,
    categories: [...categories],
    features: [...scorer.features],
    predictor: predictor.record,
  }
  const table = Papa.unparse({ fields: [...columns], data: terms.map((term) => columns.map((name) => term[name])) })
  await writeFile(join(folder, 'dictionary.csv'), `${table}\n`)
  await writeFile(join(folder, 'fino.json'), `${JSON.stringify(record, null, 2)}\n`)
  for (const [name, bytes] of Object.entries(predictor.files)) await writeFile(join(folder, name), bytes)
}

/** Fails with `checkpoint-malformed`, naming the folder. */
export async function readDictionary(folder: string, solver: LinearSolver): Promise<TrainedDictionary> {
  try {
    const record = recordSchema.parse(JSON.parse(await readFile(join(folder, 'fino.json'), 'utf8')))
    const { data } = Papa.parse<Record<string, string>>(await readFile(join(folder, 'dictionary.csv'), 'utf8'), {
      header: true,
      skipEmptyLines: true,
    })
    const terms = data.map((row) =>
      dictionaryTermSchema.parse({ ...row, weight: Number(row.weight), texts: Number(row.texts) }),
    )
    const { problem, ngrams, categories, features } = record
    const scorer = createScorer(terms, categories, ngrams)
    const read = (name: string) => readFile(join(folder, name))
    const predictor = await openPredictor(record.predictor, problem, features, { read, solver })
    return { problem, ngrams, categories, terms, scorer, predictor }
  } catch (thrown) {
    throw new Failure(
      'checkpoint-malformed',
      `${folder} holds no dictionary that can be read (${thrown instanceof Error ? thrown.message.slice(0, 200) : thrown}). Train it again.`,
      { folder },
    )
  }
}
