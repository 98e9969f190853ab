/** `fino adapt`: goes on with a model's pretraining on a person's own texts, before it is finetuned. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  type AdaptationPlan,
  type AdaptationRequest,
  adaptationRequestSchema,
  type TextSource,
} from '../../shared/adaptation'
import { Failure } from '../../shared/failure'
import type { Quote } from '../../shared/quote'
import { isOfKind, type RunResult } from '../../shared/result'
import type { Run } from '../../shared/run'
import type { Features } from '../application'
import { chooseDataset, type LoopFlags, loopOf, type ReadFlags, usage } from './choose'
import { type Context, exitCodes } from './commands'
import { quoteDocument } from './documents'
import { followRun } from './follow-run'
import * as format from './format'
import { facts } from './output'

export interface AdaptFlags extends ReadFlags, LoopFlags {
  model?: string
  text?: string
  name?: string
  out?: string
  except?: string[]
  quote?: boolean
}

export async function adapt({ application, output }: Context, data: string, flags: AdaptFlags): Promise<number> {
  const { features } = application
  const request = await requestOf(features, data, flags)
  if (flags.quote) {
    const plan = await features.adaptations.quote({ request, probe: true })
    output.answer(planDocument(plan), () => facts(planFacts(plan)))
    return exitCodes.done
  }
  const { id } = await features.adaptations.start({ request })
  return reportAdaptation({ output }, await followRun(application, id, output))
}

/** What `adapt` answers, and `resume` of such a run. */
export function reportAdaptation({ output }: Pick<Context, 'output'>, run: Run): number {
  const { adaptation, result } = run
  if (adaptation === null) throw new Error(`the run ${run.id} adapts no model`)
  output.answer(adaptationDocument(run), () =>
    facts([
      ['Run', `${run.name} (${run.id}), ${run.status}`],
      ['Texts', textsWritten(adaptation)],
      ['Backend', [run.backend, run.device].filter((part) => part !== null).join(', ') || '-'],
      ...(result === null ? [] : resultFacts(run, result)),
    ]),
  )
  if (run.status === 'finished' || run.status === 'stopped') {
    if (result !== null && result.test.loss >= result.naive.loss) {
      output.note('The held-out texts are foreseen no better than before: adapting did not help here.')
    }
    return exitCodes.done
  }
  output.note(run.failure?.message ?? `The run was ${run.status}.`)
  if (run.resumable) output.note(`Go on with: fino resume ${run.id}`)
  return exitCodes.failed
}

async function requestOf(features: Features, data: string, flags: AdaptFlags): Promise<AdaptationRequest> {
  const { model, name, out, except = [] } = flags
  if (model === undefined) throw usage('--model is missing: starter, the id of a model, or a folder')
  const source = await sourceOf(features, data, flags)
  const exceptDatasetIds = await Promise.all(except.map(async (id) => (await chooseDataset(features, id, {})).id))
  const parsed = adaptationRequestSchema.safeParse({
    ...loopOf(flags),
    ...{ name, source, exceptDatasetIds },
    modelId: (await features.models.resolve(model)).id,
    ...(out === undefined ? {} : { folder: resolve(out) }),
  })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') || 'recipe'
  throw new Failure('recipe-invalid', `${field}: ${issue?.message ?? 'not as expected'}.`, { field })
}

async function sourceOf(
  { datasets }: Pick<Features, 'datasets'>,
  data: string,
  { text, encoding, delimiter }: AdaptFlags,
): Promise<TextSource> {
  const known = datasets.list().find(({ id }) => id === data)
  if (known !== undefined) {
    if (text === undefined || text === known.textColumn) return { kind: 'dataset', datasetId: known.id }
    throw usage(`the texts of ${known.name} are in "${known.textColumn}"; for "${text}" name the file itself`)
  }
  const path = resolve(data)
  if ((await stat(path).catch(() => undefined)) === undefined) {
    throw new Failure('file-missing', `There is no file ${path} and no data set "${data}".`, { path })
  }
  return { kind: 'file', file: { kind: 'path', path }, textColumn: text, encoding, delimiter }
}

function adaptationDocument(run: Run) {
  const { id, status, backend, adaptation, result, quote, failure } = run
  const texts = adaptation?.texts
  return {
    runId: id,
    modelId: adaptation?.modelId ?? null,
    status,
    backend,
    texts: texts?.training ?? null,
    unlabelledTexts: texts?.unlabelled ?? null,
    heldOutTexts: texts?.heldOut ?? null,
    leftOutTexts: texts?.leftOut ?? null,
    exceptDatasets: adaptation?.exceptDatasets.map((dataset) => dataset.id) ?? [],
    head: adaptation?.head ?? null,
    steps: result?.steps ?? null,
    epochs: result?.epochs ?? null,
    seconds: result?.seconds ?? null,
    tokensPerSecond: result?.tokensPerSecond ?? null,
    peakMemoryBytes: result?.peakMemoryBytes ?? null,
    loss: result === null ? null : { before: result.naive.loss, after: result.test.loss },
    perplexity: result === null ? null : { before: perplexityOf(result, 'naive'), after: perplexityOf(result, 'test') },
    recipe: run.recipe,
    quote: quote === null ? null : quoteDocument(quote),
    path: adaptation?.modelId ? adaptation.folder : null,
    ...(failure === null ? {} : { failure }),
  }
}

function planDocument({ texts, recipe, quote }: AdaptationPlan) {
  const { training, unlabelled, heldOut, leftOut } = texts
  return {
    ...{ texts: training, unlabelledTexts: unlabelled, heldOutTexts: heldOut, leftOutTexts: leftOut },
    recipe,
    quote: quoteDocument(quote),
  }
}

function planFacts({ texts, recipe, quote }: AdaptationPlan): [string, string][] {
  return [
    ['Texts', textsWritten({ texts })],
    [
      'Recipe',
      `${recipe.epochs} epochs, batches of ${recipe.batchSize}, up to ${recipe.maxLength} tokens, rate ${recipe.learningRate}`,
    ],
    ['Backend', quote.backend],
    ['Time', format.secondsRange(quote.seconds)],
    ['Memory', `${gigabytes(quote.memoryBytes.low)} to ${gigabytes(quote.memoryBytes.high)} (${quote.guard})`],
    ['Disk', gigabytes(quote.diskBytes)],
  ]
}

function resultFacts(run: Run, result: RunResult): [string, string][] {
  const change = (before: string, after: string) => `${before} before, ${after} after`
  const { naive, test } = result
  return [
    ['Loss', change(format.score(naive.loss), format.score(test.loss))],
    ['Perplexity', change(format.figure(perplexityOf(result, 'naive')), format.figure(perplexityOf(result, 'test')))],
    ['Took', `${format.seconds(result.seconds)}, ${result.steps} steps`],
    ['Quoted', quotedTime(run.quote)],
    ['New model', `${run.adaptation?.modelName} (${run.adaptation?.modelId})`],
    ['Folder', run.adaptation?.folder ?? '-'],
    ['Use it with', `fino train DATA --strategy full --model ${run.adaptation?.modelId}`],
  ]
}

function textsWritten({ texts }: Pick<AdaptationPlan, 'texts'>): string {
  const { training, unlabelled, heldOut, leftOut } = texts
  const { evaluation, repeated, empty } = leftOut
  return (
    `${format.count(training)} to learn from (${format.count(unlabelled)} without a label), ${format.count(heldOut)} held out; ` +
    `left out: ${format.count(evaluation)} kept for evaluation, ${format.count(repeated)} repeated, ${format.count(empty)} empty`
  )
}

function perplexityOf(result: RunResult, which: 'naive' | 'test'): number {
  const metrics = result[which]
  return isOfKind(metrics, 'language') ? metrics.perplexity : Math.exp(metrics.loss)
}

function quotedTime(quote: Quote | null): string {
  return quote === null ? '-' : format.secondsRange(quote.seconds)
}

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}
