/** Which texts go together: batches of similar length, in an order that the seeded generator alone decides. */
import { createRandom, type Random } from '../random'
import type { Example } from './encode'
import { choosePaddedLengths, paddedLength } from './padded-lengths'

/** One padded batch, as positions in the list of examples. */
export interface BatchPlan {
  readonly rows: readonly number[]
  /** Padded length in tokens. */
  readonly time: number
}

/** The batches whose gradients are summed for one optimizer step. */
export type StepPlan = readonly BatchPlan[]

export interface PaddedBatch {
  readonly tokenIds: Int32Array // [batch * time]
  readonly attentionMask: Float32Array // [batch * time]
  readonly shape: [batch: number, time: number]
}

/** Steps whose texts are sorted together: long enough to waste little padding, short enough to mix well. */
const stepsSortedTogether = 12

/** Optimizer steps in one pass over `examples` texts. */
export function stepsPerEpoch(examples: number, batchSize: number, accumulationSteps: number): number {
  return Math.ceil(examples / (batchSize * accumulationSteps))
}

/**
 * One pass over all examples. `random` decides everything, so its state at the start of an epoch and a step's index
 * are the whole position. Batches are cut inside steps: 2 batches of 8 hold the same texts as 1 of 16.
 */
export function planEpoch(
  examples: readonly Example[],
  options: { batchSize: number; accumulationSteps: number; lengths: readonly number[]; random: Random },
): StepPlan[] {
  const { batchSize, accumulationSteps, lengths, random } = options
  const perStep = batchSize * accumulationSteps
  const shuffled = random.shuffle(examples.map((_, index) => index))
  const steps: StepPlan[] = []
  for (const together of slices(shuffled, perStep * stepsSortedTogether)) {
    const sorted = [...together].sort((left, right) => lengthOf(examples, right) - lengthOf(examples, left))
    for (const step of slices(sorted, perStep)) {
      steps.push(slices(step, batchSize).map((rows) => planBatch(examples, rows, lengths)))
    }
  }
  return random.shuffle(steps)
}

/**
 * Every example, longest first: for evaluation and for whatever is computed once per text. Where there is more than one
 * batch the last is filled up with its own last example, which is then computed more than once: one shape less.
 */
export function planByLength(examples: readonly Example[], batchSize: number, lengths: readonly number[]): BatchPlan[] {
  return planFrom(examples, () => batchSize, lengths)
}

/** As `planByLength`, in batches of about so many padded tokens: what they are depends on the examples alone. */
export function planByTokens(examples: readonly Example[], tokens: number, lengths: readonly number[]): BatchPlan[] {
  return planFrom(examples, (time) => Math.max(1, Math.floor(tokens / time)), lengths)
}

function planFrom(
  examples: readonly Example[],
  batchSizeAt: (time: number) => number,
  lengths: readonly number[],
): BatchPlan[] {
  const sorted = examples
    .map((_, index) => index)
    .sort((left, right) => lengthOf(examples, right) - lengthOf(examples, left) || left - right)
  const plans: BatchPlan[] = []
  for (let from = 0; from < sorted.length; ) {
    const time = paddedLength(lengthOf(examples, sorted[from] as number), lengths)
    const size = batchSizeAt(time)
    const rows = sorted.slice(from, from + size)
    const last = rows.at(-1) as number
    const missing = plans.length === 0 ? 0 : size - rows.length
    plans.push({ rows: [...rows, ...Array.from({ length: missing }, () => last)], time })
    from += size
  }
  return plans
}

/** The lengths that suit training's batches and the validation's texts. The same for the same texts and recipe. */
export function lengthsForTraining(
  train: readonly Example[],
  validation: readonly Example[],
  recipe: { readonly batchSize: number; readonly accumulationSteps: number; readonly maxLength: number },
): number[] {
  // An epoch like any other: a batch is as long as its longest text.
  const epoch = planEpoch(train, { ...recipe, lengths: [], random: createRandom('padded lengths') })
  const batches = epoch.flat().flatMap(({ rows, time }) => rows.map(() => time))
  return choosePaddedLengths([...batches, ...textLengths(validation)], recipe.maxLength)
}

export function textLengths(examples: readonly Example[]): number[] {
  return examples.map(({ tokenIds }) => tokenIds.length)
}

/** Fills a batch's texts up to its length, on the right. */
export function padBatch(examples: readonly Example[], plan: BatchPlan, paddingId: number): PaddedBatch {
  const shape: [number, number] = [plan.rows.length, plan.time]
  const tokenIds = new Int32Array(shape[0] * shape[1]).fill(paddingId)
  const attentionMask = new Float32Array(shape[0] * shape[1])
  for (const [position, row] of plan.rows.entries()) {
    const example = exampleAt(examples, row)
    tokenIds.set(example.tokenIds, position * plan.time)
    attentionMask.fill(1, position * plan.time, position * plan.time + example.tokenIds.length)
  }
  return { tokenIds, attentionMask, shape }
}

/** Tokens that a plan costs, padding included. */
export function paddedTokens(plans: readonly BatchPlan[]): number {
  return plans.reduce((sum, { rows, time }) => sum + rows.length * time, 0)
}

export function exampleAt(examples: readonly Example[], row: number): Example {
  const example = examples[row]
  if (!example) throw new Error(`example ${row} of ${examples.length} asked for`)
  return example
}

/** The examples of a batch, in the order of its rows. */
export function pick(examples: readonly Example[], { rows }: Pick<BatchPlan, 'rows'>): Example[] {
  return rows.map((row) => exampleAt(examples, row))
}

function planBatch(examples: readonly Example[], rows: readonly number[], lengths: readonly number[]): BatchPlan {
  const longest = rows.reduce((length, row) => Math.max(length, lengthOf(examples, row)), 0)
  return { rows, time: paddedLength(longest, lengths) }
}

function lengthOf(examples: readonly Example[], row: number): number {
  return exampleAt(examples, row).tokenIds.length
}

function slices<Item>(items: readonly Item[], size: number): Item[][] {
  const result: Item[][] = []
  for (let from = 0; from < items.length; from += size) result.push(items.slice(from, from + size))
  return result
}
