/** The dictionary's jobs: it trains, answers and is exported without a base model, a tokenizer or a backend. */
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DatasetRow } from '../../../shared/dataset'
import type { Dictionary } from '../../../shared/dictionary'
import { Failure } from '../../../shared/failure'
import type { Prediction, RunResult } from '../../../shared/result'
import {
  readDictionary as openDictionary,
  type TrainedDictionary,
  writeDictionary,
} from '../../baselines/dictionary-folder'
import { readSettings } from '../../baselines/options'
import { applyDictionary, trainDictionary as learn } from '../../baselines/train-dictionary'
import { parseWordList, type WordListTerm } from '../../baselines/word-list'
import type { Example, Tokenizer } from '../../engine/data/encode'
import { createRandom } from '../../engine/random'
import type { TrainingEvent } from '../../engine/training/events'
import { objectiveOf } from '../../engine/training/objectives/index'
import { weighLabels } from '../../engine/training/objectives/label-weights'
import type { Objective } from '../../engine/training/objectives/objective'
import { leaveIfCancelled } from '../../engine/training/phase'
import { writeFolderAtomically } from '../../files/write-atomically'
import type { ExportOutput, Jobs, Trained, TrainOutput } from '../contract'
import { certify, folderBytes, refuseMismatch } from './certificate'
import type { JobContext } from './context'
import { dictionaryReadme, dictionarySnippet } from './dictionary-readme'
import { solver } from './linear-solver'
import { encodeAll } from './load'
import { peakMemoryBytes, resetPeakMemory } from './memory'
import { leaveIfAsked } from './open-trained'
import { createTracker } from './progress'
import { readRows, rowsOf } from './rows'
import { scoreRows } from './scored-rows'

/** Words are learnt from the training split alone. A run that died starts again and comes to the same numbers. */
export async function trainDictionary(
  { material, recipe, runFolder }: Jobs['train']['input'],
  context: JobContext,
): Promise<TrainOutput> {
  const clock = () => performance.now()
  const startedAt = clock()
  resetPeakMemory()
  const { problem } = material
  const rows = await readRows(material.rowsFile)
  const split = { train: rowsOf(rows, 'train'), validation: rowsOf(rows, 'validation'), test: rowsOf(rows, 'test') }
  const tracker = createTracker(clock, {
    train: split.train.length,
    validation: split.validation.length,
    test: split.test.length,
    epochs: 1,
    stepsPerEpoch: 1,
  })
  const tell = async (event: TrainingEvent) => {
    const { progress, points } = tracker.take(event)
    context.progress(progress, points)
    await context.breathe()
    leaveIfCancelled(context.stop)
  }
  await tell({ kind: 'phase', phase: 'loading', done: 0, total: 1 })

  const settings = readSettings(recipe.options)
  const random = createRandom(recipe.seed).fork('folds')
  const weights = weighLabels(recipe.labelWeights, problem, split.train)
  const weighing = objectiveOf(problem, weights)
  const examples = await readTargets(weighing, split.train)
  const work = learn({
    problem,
    texts: split.train.map(({ text }) => text),
    answers: examples.map(({ target }) => target),
    weights: weights && examples.map(weighing.weightOf),
    settings,
    wordList: material.wordListFile === null ? null : await readWordList(material.wordListFile),
    solver,
    shuffle: random.shuffle,
    isEnough: () => context.stop.requested !== null,
  })
  let next = await work.next()
  while (!next.done) {
    await tell({ kind: 'phase', ...next.value })
    next = await work.next()
  }
  const trained = next.value
  try {
    const validation = await score(trained, split.validation, (done, total) =>
      tell({ kind: 'phase', phase: 'evaluating', done, total }),
    )
    const test = await score(trained, split.test, (done, total) =>
      tell({ kind: 'phase', phase: 'finalizing', done, total }),
    )
    const objective = objectiveOf(problem)
    const naive = objective.naive(split.train, test.examples)
    const predictions = objective.predict(test.measured)
    if (!naive || !predictions) throw new Error(`a dictionary answers no ${problem.kind} problem`)
    await tell({
      kind: 'evaluation',
      evaluation: { step: 1, epoch: 1, metrics: validation.metrics },
      best: true,
      seconds: (clock() - startedAt) / 1000,
    })
    await writeFolderAtomically(dictionaryFolder(runFolder), (folder) => writeDictionary(folder, trained))
    const seconds = (clock() - startedAt) / 1000
    const words = trained.terms.length
    const result: RunResult = {
      validation: validation.metrics,
      test: test.metrics,
      naive,
      trainableParameters: words,
      totalParameters: words,
      steps: 1,
      epochs: 1,
      seconds,
      tokensPerSecond: 0,
      peakMemoryBytes: peakMemoryBytes(),
      bestStep: 1,
      stoppedBecause: context.stop.requested === null ? 'finished' : 'asked',
      leftOutTexts: 0,
    }
    const testRows = scoreRows(split.test, problem, predictions, objective.losses(test.measured, test.examples))
    return { result, testRows, backend: 'wasm', device: 'CPU, one thread', versions: { node: process.versions.node } }
  } finally {
    trained.predictor.dispose()
  }
}

/** A run's own dictionary, or an exported one. Fails with `checkpoint-malformed`. */
export async function predictWithDictionary(
  trained: Exclude<Trained, { kind: 'base' }>,
  texts: readonly string[],
  context: Pick<JobContext, 'breathe' | 'counted' | 'stop'>,
): Promise<Prediction[]> {
  const folder = trained.kind === 'run' ? dictionaryFolder(trained.runFolder) : trained.folder
  const dictionary = await openDictionary(folder, solver)
  try {
    const measured = await measure(dictionary, texts, async (done, total) => {
      context.counted(done, total)
      await context.breathe()
      leaveIfAsked(context)
    })
    return objectiveOf(dictionary.problem).predict(measured) ?? []
  } finally {
    dictionary.predictor.dispose()
  }
}

/** Whether an exported folder is a dictionary's. */
export async function isDictionaryFolder(folder: string): Promise<boolean> {
  try {
    return JSON.parse(await readFile(join(folder, 'fino.json'), 'utf8')).format === 'dictionary'
  } catch {
    return false
  }
}

/** The words and weights of a run, heaviest first in their categories. Fails with `checkpoint-malformed`. */
export async function readDictionary({ runFolder }: { runFolder: string }): Promise<Dictionary> {
  const { terms, scorer, predictor } = await openDictionary(dictionaryFolder(runFolder), solver)
  predictor.dispose()
  const importances = scorer.features.map((category, index) => ({
    category,
    importance: predictor.importances[index] ?? 0,
  }))
  return { terms: [...terms], importances }
}

/** Writes `folder` as a run keeps it, with a page that explains it, and scores the test split with what was written. */
export async function exportDictionary(
  { trained, rowsFile, folder, format = 'dictionary', card }: Jobs['export']['input'],
  context: JobContext,
): Promise<ExportOutput> {
  if (format !== 'dictionary') {
    throw new Failure('strategy-unsupported', `This run cannot be exported as ${format}. Choose dictionary.`, {
      format,
    })
  }
  const test = rowsOf(await readRows(rowsFile), 'test')
  const source = dictionaryFolder(trained.runFolder)
  const ask = async (from: string) => {
    const dictionary = await openDictionary(from, solver)
    try {
      const { measured, metrics } = await score(dictionary, test, async (done, total) => {
        context.counted(done, total)
        await context.breathe()
        leaveIfAsked(context)
      })
      return { measured, metrics, record: dictionary.predictor.record }
    } finally {
      dictionary.predictor.dispose()
    }
  }
  const asTrained = await ask(source)
  const facts = { problem: trained.problem, recipe: trained.recipe, predictor: asTrained.record, card }
  let output: ExportOutput | null = null
  await writeFolderAtomically(folder, async (temporary) => {
    for (const name of await readdir(source)) await copyFile(join(source, name), join(temporary, name))
    await writeFile(join(temporary, 'README.md'), dictionaryReadme(facts))
    const asExported = await ask(temporary)
    const certificate = certify(asTrained.measured, asExported.measured, card.result.test, asExported.metrics)
    refuseMismatch(certificate, folder, 'Train the run again.')
    output = { format, byteLength: await folderBytes(temporary), certificate, snippet: dictionarySnippet(facts) }
  })
  if (!output) throw new Error('the export was written without a certificate')
  return output
}

function dictionaryFolder(runFolder: string): string {
  return join(runFolder, 'dictionary')
}

async function readWordList(file: string): Promise<WordListTerm[]> {
  try {
    return parseWordList(await readFile(file, 'utf8'), basename(file))
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown
    throw new Failure('file-missing', `The word list at ${file} cannot be read. Add its file again.`, { file })
  }
}

type Between = (done: number, total: number) => Promise<void>

async function measure(trained: TrainedDictionary, texts: readonly string[], between: Between): Promise<Float32Array> {
  const work = applyDictionary(trained, texts)
  let next = work.next()
  while (!next.done) {
    await between(next.value.done, next.value.total)
    next = work.next()
  }
  await between(texts.length, texts.length)
  return next.value
}

async function score(trained: TrainedDictionary, rows: readonly DatasetRow[], between: Between) {
  const objective = objectiveOf(trained.problem)
  const examples = await readTargets(objective, rows)
  const measured = await measure(
    trained,
    rows.map(({ text }) => text),
    between,
  )
  return { examples, measured, metrics: objective.score(measured, examples) }
}

/** The targets as the objective reads them; no token is needed for that. */
async function readTargets(objective: Objective, rows: readonly DatasetRow[]): Promise<readonly Example[]> {
  const { examples } = await encodeAll(objective, { tokenizer: withoutTokens, maxLength: 1 }, rows, {
    breathe: async () => {},
  })
  return examples
}

/** Every text is the same one token. */
const withoutTokens: Tokenizer = {
  paddingId: 0,
  beginningId: null,
  endIds: [],
  encode: async (texts) => texts.map(() => Int32Array.of(0)),
  encodePlain: async (texts) => texts.map(() => Int32Array.of(0)),
  decode: async () => '',
}
