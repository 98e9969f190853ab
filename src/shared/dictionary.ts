/** The interpretable baseline: words with weights, in categories. */
import { z } from 'zod'

export const dictionaryTermSchema = z.object({
  /** A word, or the beginning of words where it ends in `*`. */
  term: z.string(),
  category: z.string(),
  weight: z.number(),
  /** Training texts that hold it. */
  texts: z.number().int(),
})
export type DictionaryTerm = z.infer<typeof dictionaryTermSchema>

/** The one thing that a predictor sees beside the categories. */
export const lengthFeature = 'ln(1 + words)'

export const dictionarySchema = z.object({
  terms: z.array(dictionaryTermSchema),
  /** What the predictor on top makes of each category, where it can tell; otherwise empty. */
  importances: z.array(z.object({ category: z.string(), importance: z.number() })),
})
export type Dictionary = z.infer<typeof dictionarySchema>

/** An analyst's own list, kept under the hash of its content. */
export const wordListSchema = z.object({
  id: z.string(),
  name: z.string(),
  terms: z.number().int(),
  categories: z.array(z.string()),
  createdAt: z.string(),
})
export type WordList = z.infer<typeof wordListSchema>
