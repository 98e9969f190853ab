/** Which texts a model is adapted to: each once, none of those that a data set is evaluated on, some held out. */
import { type AdaptationTexts, leastAdaptationTexts } from '../../shared/adaptation'
import type { DatasetRow } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import { fingerprint, textKey } from './fingerprint'

export interface SourceText {
  /** Row or line number in the file, 1 = the first. */
  id: number
  text: string
  /** Evaluation = in the validation or test split of the source itself. */
  kind: 'labelled' | 'unlabelled' | 'evaluation'
}

export interface TextPlan {
  texts: AdaptationTexts
  /**
   * Rows as the trainer reads them: `train` to learn from; the held-out ones as `validation`, for the loop, and again as
   * `test`, for what was written.
   */
  readRows(): AsyncGenerator<DatasetRow[]>
}

const heldOutShare = 0.05
const heldOutAtLeast = 10
const heldOutAtMost = 1000

/**
 * Reads the texts twice (which, then what) and holds none. The held-out ones are decided by their words alone: the same in
 * every run on the same texts. `excluded`: keys of other texts that are kept for evaluation.
 * Fails with `dataset-too-small`.
 */
export async function planTexts(
  read: () => AsyncIterable<SourceText[]>,
  { excluded, name }: { excluded: ReadonlySet<number>; name: string },
): Promise<TextPlan> {
  const own = await keysOfEvaluation(read)
  const left = { evaluation: 0, empty: 0, repeated: 0 }
  const kept = new Map<number, SourceText['kind']>()
  const seen = new Set<number>()
  const order: { id: number; drawn: number }[] = []
  for await (const batch of read()) {
    for (const { id, text, kind } of batch) {
      const key = textKey(text)
      if (text.trim() === '') left.empty += 1
      else if (kind === 'evaluation' || own.has(key) || excluded.has(key)) left.evaluation += 1
      else if (seen.has(key)) left.repeated += 1
      else {
        seen.add(key)
        kept.set(id, kind)
        order.push({ id, drawn: fingerprint(String(key), 1) })
      }
    }
  }
  if (kept.size < leastAdaptationTexts) throw tooFew(name, kept.size, left)
  const wanted = Math.min(heldOutAtMost, Math.max(heldOutAtLeast, Math.round(heldOutShare * kept.size)))
  order.sort((one, other) => one.drawn - other.drawn || one.id - other.id)
  const heldOut = new Set(order.slice(0, wanted).map(({ id }) => id))
  const unlabelled = [...kept].filter(([id, kind]) => kind === 'unlabelled' && !heldOut.has(id)).length
  return {
    texts: { training: kept.size - wanted, unlabelled, heldOut: wanted, leftOut: left },
    async *readRows() {
      for await (const batch of read()) {
        yield batch.flatMap(({ id, text }): DatasetRow[] => {
          if (!kept.has(id)) return []
          const row = { id, text, target: '' }
          if (!heldOut.has(id)) return [{ ...row, split: 'train' }]
          return [
            { ...row, split: 'validation' },
            { ...row, split: 'test' },
          ]
        })
      }
    },
  }
}

async function keysOfEvaluation(read: () => AsyncIterable<SourceText[]>): Promise<Set<number>> {
  const keys = new Set<number>()
  for await (const batch of read()) {
    for (const { text, kind } of batch) if (kind === 'evaluation') keys.add(textKey(text))
  }
  return keys
}

function tooFew(name: string, texts: number, left: AdaptationTexts['leftOut']): Failure {
  const { evaluation, empty, repeated } = left
  return new Failure(
    'dataset-too-small',
    `${name} has ${texts} different texts to adapt a model to, and at least ${leastAdaptationTexts} are needed (left out: ${empty} empty, ${repeated} repeated, ${evaluation} kept for evaluation). Choose a file with more texts, or another column.`,
    { texts, minimum: leastAdaptationTexts, empty, repeated, evaluation },
  )
}
