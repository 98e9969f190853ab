/**
 * Random forests (Breiman 2001) and gradient-boosted trees (Friedman 2001) on category scores, by Yggdrasil Decision
 * Forests (Guillame-Bert et al. 2023) with its own hyperparameters: 300 trees, boosting ended early by a tenth held out.
 */
import { z } from 'zod'
import type { Problem } from '../../shared/problem'
import { shares } from './linear-predictor'
import type { FeatureTable, Predictor } from './predictor'
import { fitTrees, openTrees, type TreeKind, type Trees } from './trees'

/** One model for all classes or for a number; several classes at once have one each. */
export const treesSchema = z.object({
  kind: z.enum(['random-forest', 'boosted-trees']),
  models: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('trees'), file: z.string().regex(/^predictor-\d+\.zip$/) }),
      /** Where the training texts have but one answer there is nothing for trees to tell apart. */
      z.object({ kind: z.literal('constant'), answer: z.number() }),
    ]),
  ),
  importances: z.array(z.number()),
})
type TreesRecord = z.infer<typeof treesSchema>
type Model = { readonly trees: Trees } | { readonly answer: number }

/** Boosted trees may be surer than any number of texts allows. */
const smallest = 1e-6
/** A forest's probability is its trees' vote; by Laplace's rule no vote of 300 is not impossibility. */
const votes = 300

export async function* fitTreePredictor(
  kind: TreeKind,
  problem: Problem,
  { names, features, answers }: FeatureTable,
): AsyncGenerator<{ done: number; total: number }, Predictor> {
  const questions = problem.kind === 'multi-label' ? problem.labels.length : 1
  const models: Model[] = []
  const files: Record<string, Uint8Array> = {}
  const recorded: TreesRecord['models'] = []
  for (let index = 0; index < questions; index++) {
    yield { done: index, total: questions }
    const targets = answers.map((answer) => answer[index] as number)
    const [answer = 0] = targets
    if (targets.every((target) => target === answer)) {
      models.push({ answer })
      recorded.push({ kind: 'constant', answer })
      continue
    }
    const trees = await fitTrees(kind, names, features, problem.kind === 'regression' ? targets : targets.map(String))
    const file = `predictor-${index}.zip`
    models.push({ trees })
    files[file] = await trees.save()
    recorded.push({ kind: 'trees', file })
  }
  const importances = shares(
    names.map((_, column) =>
      models.reduce((sum, model) => sum + ('trees' in model ? (model.trees.importances[column] ?? 0) : 0), 0),
    ),
  )
  return assemble({ kind, models: recorded, importances }, problem, names.length, models, files)
}

export async function openTreePredictor(
  record: TreesRecord,
  problem: Problem,
  names: readonly string[],
  read: (name: string) => Promise<Uint8Array>,
): Promise<Predictor> {
  const models: Model[] = []
  const files: Record<string, Uint8Array> = {}
  for (const model of record.models) {
    if (model.kind === 'constant') models.push(model)
    else {
      const bytes = await read(model.file)
      files[model.file] = bytes
      models.push({ trees: await openTrees(names, bytes) })
    }
  }
  return assemble(record, problem, names.length, models, files)
}

function assemble(
  record: TreesRecord,
  problem: Problem,
  width: number,
  models: readonly Model[],
  files: Readonly<Record<string, Uint8Array>>,
): Predictor {
  return {
    predict(features) {
      const rows = features.length / width
      const answers = models.map((model) => answer(model, features, rows))
      return Float32Array.from(Array.from({ length: rows }, (_, row) => answers.flatMap((of) => of(row))).flat())
    },
    importances: record.importances,
    record,
    files,
    dispose() {
      for (const model of models) if ('trees' in model) model.trees.dispose()
    },
  }

  /** What a model gives for each row: one number, or one per class. */
  function answer(model: Model, features: Float32Array, rows: number): (row: number) => number[] {
    const classes = 'trees' in model ? model.trees.classes : [String(model.answer)]
    const told = 'trees' in model ? model.trees.predict(features) : Array.from({ length: rows }, () => 1)
    const probability = (row: number, name: string) => {
      const at = classes.indexOf(name)
      const share = at < 0 ? 0 : (told[row * classes.length + at] as number)
      return soften(share, Math.max(2, classes.length))
    }
    switch (problem.kind) {
      case 'regression':
        return (row) => ['trees' in model ? (told[row] as number) : model.answer]
      case 'single-label':
        return (row) => problem.labels.map((_, id) => Math.log(probability(row, String(id))))
      case 'multi-label':
        return (row) => [Math.log(probability(row, '1')) - Math.log(probability(row, '0'))]
      case 'instruction':
      case 'language':
        throw new Error('trees write no response')
      default:
        return problem satisfies never
    }
  }

  function soften(share: number, classes: number): number {
    if (record.kind === 'random-forest') return (share * votes + 1) / (votes + classes)
    return Math.min(1 - smallest, Math.max(smallest, share))
  }
}
