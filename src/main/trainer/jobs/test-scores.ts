/** Scores a trained model on the test split, beside what needs no training. */
import type { DatasetRow, SplitName } from '../../../shared/dataset'
import { generationSchema } from '../../../shared/generation'
import type { Metrics, ScoredRow } from '../../../shared/result'
import { answeredTestRows } from '../../../shared/run'
import type { Counted, Example } from '../../engine/data/encode'
import { computeConstantParts, type Inputs, isWorthKeeping } from '../../engine/training/constant-part'
import { evaluate } from '../../engine/training/evaluate'
import type { KeptValuesStore } from '../../engine/training/kept-values'
import { objectiveOf } from '../../engine/training/objectives/index'
import type { Material } from '../contract'
import { type Answer, answerAll } from './answer'
import { encodeAll, type LoadedModel, loadBaseModel } from './load'
import { scoreRows } from './scored-rows'

/** An answer may be this much longer than the response, and no longer than that: then it is another one. */
const moreTokens = 16
const mostTokens = 128

export interface TestScores {
  readonly metrics: Metrics
  readonly naive: Metrics
  readonly rows: ScoredRow[]
  /** Of the test split, without room for a token of their response. */
  readonly leftOutTexts: number
}

/** `between` is awaited between batches and between the tokens of answers; it ends the work by throwing. */
export async function scoreTest(
  tuned: LoadedModel,
  { problem, modelFolder }: Material,
  split: Readonly<Record<SplitName, readonly DatasetRow[]>>,
  options: Pick<Inputs, 'batchSize' | 'lengths'> & {
    keeping: KeptValuesStore
    between(done: number, total: number): Promise<void>
  },
): Promise<TestScores> {
  const { batchSize, lengths, keeping, between } = options
  const objective = objectiveOf(problem)
  const { examples, leftOut } = await encodeAll(objective, tuned, split.test, { breathe: () => between(0, 1) })
  const leftOutTexts = leftOut.length
  const rows = split.test.filter((_, index) => !leftOut.includes(index))
  const measured = await measure(tuned, examples)
  const losses = objective.losses(measured, examples)
  const metrics = objective.score(measured, examples)
  const naive = objective.naive(split.train, examples) ?? (await scoreUntrained())
  const predictions = objective.predict(measured)
  if (predictions) return { metrics, naive, rows: scoreRows(rows, problem, predictions, losses), leftOutTexts }

  const answers = await answerSome()
  const answered = metrics.kind === 'instruction' ? { ...metrics, exactMatch: shareRight(answers, rows) } : metrics
  return { metrics: answered, naive, rows: scoreRows(rows, problem, answers, losses), leftOutTexts }

  async function measure({ model, tokenizer }: LoadedModel, tested: readonly Example[]) {
    const inputs = { examples: tested, paddingId: tokenizer.paddingId, batchSize, lengths }
    const constantParts = isWorthKeeping(model) ? await counted(computeConstantParts(model, inputs, keeping)) : null
    try {
      return await counted(evaluate(model, objective, inputs, constantParts))
    } finally {
      constantParts?.release()
    }
  }

  async function counted<Result>(work: AsyncGenerator<Counted, Result>): Promise<Result> {
    let next = await work.next()
    while (!next.done) {
      await between(next.value.done, next.value.total)
      next = await work.next()
    }
    return next.value
  }

  /** What the base model makes of the same responses. */
  async function scoreUntrained(): Promise<Metrics> {
    const base = await loadBaseModel(modelFolder, tuned.maxLength)
    try {
      return objective.score(await measure(base, examples), examples)
    } finally {
      base.model.dispose()
    }
  }

  async function answerSome(): Promise<Answer[]> {
    if (problem.kind !== 'instruction') throw new Error(`a ${problem.kind} problem has nothing to write`)
    const answers: Answer[] = []
    for (const { text } of rows.slice(0, answeredTestRows)) {
      const { tokenIds, target } = examples[answers.length] as Example
      const responseTokens = tokenIds.length - (target[0] as number)
      const greedy = generationSchema.parse({ maximumTokens: Math.min(responseTokens + moreTokens, mostTokens) })
      const written = () => between(answers.length, Math.min(answeredTestRows, rows.length))
      answers.push(...(await answerAll(tuned, problem.template, [text], greedy, written)))
    }
    return answers
  }
}

/** Surrounding space apart. */
function shareRight(answers: readonly Answer[], rows: readonly DatasetRow[]): number {
  const right = answers.filter(({ text }, index) => text.trim() === rows[index]?.target.trim())
  return right.length / answers.length
}
