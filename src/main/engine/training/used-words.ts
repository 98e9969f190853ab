/**
 * Training the embeddings of the words that occur, in place of the whole vocabulary's. It is exact: a word that occurs in no
 * text has no gradient and no moments, so that AdamW does nothing to its row but decay it, which is done at the end.
 */
import { gather, type Tensor2D, tensor1d, tidy, variable } from '@tensorflow/tfjs-core'
import type { Example } from '../data/encode'
import type { TunedModel } from '../models/tuned-model'
import type { ParameterValues } from './best'

export interface UsedWords {
  /** Reads token ids of the words that occur alone. Its other parameters are the whole model's. */
  readonly model: TunedModel
  readonly paddingId: number
  /** How much of the recipe's weight decay holds for a word. */
  readonly decay: number
  /** The same texts in those token ids. */
  renumber(examples: readonly Example[]): readonly Example[]
  /** Values of the whole model's parameters, as this model's. */
  narrow(values: ParameterValues): ParameterValues
  /** And back: rows of words that do not occur are the whole model's, times `kept`. */
  widen(values: ParameterValues, kept: number): Promise<ParameterValues>
  /** Frees what the whole model does not own. */
  dispose(): void
}

/** Above this share of the vocabulary nothing is gained. */
const largestShare = 0.9

/** Where the table of words does not train, or is read otherwise than word by word, all stays as it is. */
export function keepUsedWords(model: TunedModel, paddingId: number, texts: readonly (readonly Example[])[]): UsedWords {
  const table = model.words && model.parameters.find(({ name }) => name === model.words?.name)
  const used = usedIds(texts, paddingId)
  if (!model.words || !table || used.length > largestShare * (table.variable.shape[0] as number)) {
    return {
      ...{
        model,
        paddingId,
        decay: 0,
        renumber: (examples) => examples,
        narrow: (values) => values,
        widen: async (values) => values,
      },
      dispose: () => {},
    }
  }
  const { name } = table
  const width = table.variable.shape[1] as number
  const rows = tidy(() => variable(gather(table.variable as unknown as Tensor2D, tensor1d(used, 'int32'))))
  const placeOf = new Map([...used].map((id, place) => [id, place]))
  const renumbered = (id: number): number => {
    const place = placeOf.get(id)
    if (place === undefined) throw new Error(`the token ${id} is not among those that occur`)
    return place
  }
  const rowsIn = (values: ParameterValues): Float32Array => {
    const found = values[name]
    if (!found) throw new Error(`no values for ${name}`)
    return found
  }
  return {
    model: model.words.over({ ...table, variable: rows }),
    paddingId: renumbered(paddingId),
    decay: table.decays ? (table.learningRateScale ?? 1) : 0,
    renumber: (examples) => examples.map((example) => ({ ...example, tokenIds: example.tokenIds.map(renumbered) })),
    narrow(values) {
      const whole = rowsIn(values)
      const few = new Float32Array(used.length * width)
      for (const [place, id] of used.entries()) few.set(whole.subarray(id * width, (id + 1) * width), place * width)
      return { ...values, [name]: few }
    },
    async widen(values, kept) {
      const few = rowsIn(values)
      const whole =
        kept === 0
          ? new Float32Array(table.variable.size)
          : (await table.variable.data<'float32'>()).map((value) => value * kept)
      for (const [place, id] of used.entries()) whole.set(few.subarray(place * width, (place + 1) * width), id * width)
      return { ...values, [name]: whole }
    },
    dispose: () => rows.dispose(),
  }
}

function usedIds(texts: readonly (readonly Example[])[], paddingId: number): Int32Array {
  const ids = new Set([paddingId])
  for (const { tokenIds } of texts.flat()) for (const id of tokenIds) ids.add(id)
  return Int32Array.from(ids).sort()
}
