/** What of the base is a constant of the data: computed once per text, kept as float32, put together per batch. */
import { dispose, type Tensor3D, tensor3d } from '@tensorflow/tfjs-core'
import { keptPart } from '../../../shared/kept-part'
import { carryOut } from '../backends/abilities'
import { toTensors } from '../data/batch-tensors'
import { type BatchPlan, padBatch, planByTokens, textLengths } from '../data/batches'
import type { Counted, Example } from '../data/encode'
import { choosePaddedLengths } from '../data/padded-lengths'
import { textRows } from '../models/text-outputs'
import type { LowerLayers, TunedModel } from '../models/tuned-model'
import type { KeptValues, KeptValuesStore } from './kept-values'

export interface Inputs {
  readonly examples: readonly Example[]
  readonly paddingId: number
  readonly batchSize: number
  /** Those that texts are padded to, ascending. */
  readonly lengths: readonly number[]
}

export interface ConstantParts {
  /** The hidden states of a batch's texts, zero where padded; the caller owns the tensor. */
  hidden(plan: BatchPlan): Tensor3D // [batch, time or rows of a text, width]
  release(): void
}

/** Of a frozen pass. They do not depend on the recipe, so that every run has the same values to the bit. */
const tokensAtOnce = 2048
const rowsOfText = Object.keys(textRows).length

/** Embeddings alone are looked up faster than they are copied: only whole layers are worth keeping. */
export function isWorthKeeping(model: TunedModel): boolean {
  return model.constantDepth > 1
}

/**
 * The constant part of every text: as an earlier run left it in the store, else computed, from the highest lower layer
 * that the store has. Null where the store has no room.
 */
export async function* computeConstantParts(
  model: TunedModel,
  { examples, paddingId }: Pick<Inputs, 'examples' | 'paddingId'>,
  store: KeptValuesStore,
): AsyncGenerator<Counted, ConstantParts | null> {
  const texts = examples.map(({ tokenIds }) => tokenIds)
  const find = async (part: string, layout: Layout) => {
    const values = await store.find({ part, texts }, layout.count)
    return values && partsIn(values, layout)
  }
  const layout = layoutOf(texts, model.width, model.constantOf === 'texts' ? rowsOfText : null)
  const part = partOf(model)
  const found = await find(part, layout)
  if (found) return found
  const writer = await store.create({ part, texts }, layout.count)
  if (!writer) return null

  let lower: { layers: number; parts: ConstantParts } | null = null
  for (let layers = model.mostLowerLayers; layers > 0 && !lower; layers--) {
    const parts = await find(keptPart(layers), layoutOf(texts, model.width, null))
    lower = parts && { layers, parts }
  }
  let finished = false
  try {
    const lengths = choosePaddedLengths(textLengths(examples), model.maximumLength)
    let done = 0
    const plans = planByTokens(examples, tokensAtOnce, lengths)
    for (const plan of plans) {
      const known: LowerLayers | undefined = lower
        ? { layers: lower.layers, hidden: lower.parts.hidden(plan) }
        : undefined
      const hidden = carryOut({ name: 'constant layers', times: plans.length }, () =>
        model.constantPart(toTensors(padBatch(examples, plan, paddingId)), known),
      )
      const values = (await hidden.data()) as Float32Array
      const positions = hidden.shape[1]
      dispose([hidden, ...(known ? [known.hidden] : [])])
      for (const [position, row] of plan.rows.entries()) {
        const from = position * positions * layout.width
        await writer.write(layout.firstOf(row), values.subarray(from, from + layout.valuesOf(row)))
      }
      done += plan.rows.length
      yield { done: Math.min(done, examples.length), total: examples.length }
    }
    const values = await writer.finish()
    finished = true
    return partsIn(values, layout)
  } finally {
    lower?.parts.release()
    if (!finished) writer.abandon()
  }
}

/** What of the base it is, whatever the strategy. */
function partOf({ constantOf, constantDepth }: TunedModel): string {
  return keptPart(constantOf === 'texts' ? null : constantDepth - 1)
}

/** Where each text's values stand among all, one text after the other. */
interface Layout {
  readonly count: number
  readonly width: number
  /** Null = as many as a text has tokens. */
  readonly rows: number | null
  firstOf(text: number): number
  valuesOf(text: number): number
}

function layoutOf(texts: readonly Int32Array[], width: number, rows: number | null): Layout {
  const firsts = [0]
  for (const { length } of texts) firsts.push((firsts.at(-1) as number) + (rows ?? length) * width)
  const at = (text: number): number => {
    const first = firsts[text]
    if (first === undefined) throw new Error(`no constant part kept for example ${text} of ${texts.length}`)
    return first
  }
  return { count: at(texts.length), width, rows, firstOf: at, valuesOf: (text) => at(text + 1) - at(text) }
}

function partsIn(kept: KeptValues, { width, rows, firstOf, valuesOf }: Layout): ConstantParts {
  return {
    hidden(plan) {
      const positions = rows ?? plan.time
      const values = new Float32Array(plan.rows.length * positions * width)
      for (const [position, text] of plan.rows.entries()) {
        const from = position * positions * width
        kept.read(firstOf(text), values.subarray(from, from + valuesOf(text)))
      }
      return tensor3d(values, [plan.rows.length, positions, width])
    },
    release: kept.release,
  }
}
