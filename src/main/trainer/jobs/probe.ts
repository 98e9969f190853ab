/** Measures a recipe on this machine by a few real steps: typical ones for time, the longest for memory. */
import { dispose } from '@tensorflow/tfjs-core'
import type { SplitName } from '../../../shared/dataset'
import type { Problem } from '../../../shared/problem'
import { startBackend } from '../../devices/start-backend'
import {
  type BatchPlan,
  lengthsForTraining,
  paddedTokens,
  pick,
  planByLength,
  planEpoch,
  type StepPlan,
} from '../../engine/data/batches'
import type { Example } from '../../engine/data/encode'
import { createRandom } from '../../engine/random'
import { clipFactor, globalNorm } from '../../engine/training/clipping'
import { computeConstantParts, type Inputs, isWorthKeeping } from '../../engine/training/constant-part'
import { computeFeatures, evaluate } from '../../engine/training/evaluate'
import { linearData } from '../../engine/training/fit-features'
import { computeGradients } from '../../engine/training/gradients'
import { createMemoryStore } from '../../engine/training/kept-values'
import { fitLinearModel } from '../../engine/training/linear-model'
import { objectiveOf } from '../../engine/training/objectives/index'
import { createAdamW } from '../../engine/training/optimizer'
import { leaveIfCancelled } from '../../engine/training/phase'
import type { ProbeFacts } from '../contract'
import type { Job } from './context'
import { costOf } from './lengths'
import { encodeAll, finish, loadTunedModel } from './load'
import { peakMemoryBytes, resetPeakMemory } from './memory'
import { readRows, rowsOf } from './rows'

/** What the solver of the feature-based strategy usually takes, over all its penalties. */
const solverIterations = 250
const solverRows = 2000
const memory = createMemoryStore(Number.POSITIVE_INFINITY)

export const probe: Job<'probe'> = async ({ material, recipe }, context): Promise<ProbeFacts> => {
  resetPeakMemory()
  const loading = stopwatch()
  const backend = await startBackend(recipe.backend)
  const { problem } = material
  const objective = objectiveOf(problem)
  const loaded = await loadTunedModel(material.modelFolder, problem, recipe)
  const { model, tokenizer, maxLength } = loaded
  const loadSeconds = loading()
  try {
    const rows = await readRows(material.rowsFile)
    const encoded = async (split: SplitName) =>
      (await encodeAll(objective, loaded, rowsOf(rows, split), context)).examples
    const [train, validation, test] = [await encoded('train'), await encoded('validation'), await encoded('test')]
    const cost = costOf(train, validation, test, { ...recipe, maxLength })
    const lengths = lengthsForTraining(train, validation, { ...recipe, maxLength })
    const common = { paddingId: tokenizer.paddingId, batchSize: recipe.batchSize, lengths }

    // Evaluation: once to warm up on the longest batch of all, then a typical one.
    const all = [...train, ...validation, ...test]
    const evaluation = planByLength(all, recipe.batchSize, lengths)
    const timeEvaluation = async (plan: BatchPlan): Promise<number> => {
      const inputs = { ...common, examples: pick(all, plan) }
      const seconds = stopwatch()
      await finish(
        model.features ? computeFeatures(model, inputs, memory) : evaluate(model, objective, inputs),
        context,
      )
      return seconds()
    }
    const typicalBatch = evaluation[Math.floor(evaluation.length / 2)] as BatchPlan
    await timeEvaluation(evaluation[0] as BatchPlan)
    await timeEvaluation(typicalBatch)
    const secondsPerEvaluationToken = (await timeEvaluation(typicalBatch)) / paddedTokens([typicalBatch])

    const secondsPerTrainingToken = model.features
      ? solverSeconds(problem, train, model.width) / cost.trainingTokensPerEpoch / recipe.epochs
      : await trainingSeconds()

    return {
      backend: backend.id,
      secondsPerTrainingToken,
      secondsPerEvaluationToken,
      loadSeconds,
      peakMemoryBytes: peakMemoryBytes(),
      trainingTokensPerEpoch: cost.trainingTokensPerEpoch,
      evaluationTokens: cost.validationTokens + cost.testTokens,
      stepsPerEpoch: cost.stepsPerEpoch,
    }

    /** A step of each of the epoch's quartiles, after one on the longest and one to warm up. */
    async function trainingSeconds(): Promise<number> {
      const steps = planEpoch(train, { ...recipe, lengths, random: createRandom(recipe.seed).fork('shuffling') })
      const sorted = steps.toSorted((left, right) => paddedTokens(left) - paddedTokens(right))
      const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] as StepPlan
      const longest = at(1)
      const typical = [at(0.25), at(0.5), at(0.75)]
      const optimizer = createAdamW(model.parameters, { weightDecay: recipe.weightDecay })
      const random = createRandom(recipe.seed).fork('dropout')
      try {
        const take = async (plan: StepPlan): Promise<number> => {
          const { inputs, step } = narrow(train, plan)
          const constantParts = isWorthKeeping(model)
            ? await finish(computeConstantParts(model, inputs, memory), context)
            : null
          const seconds = stopwatch()
          // As often as in the run: what pays there is prepared here too, by the steps that warm up.
          const times = cost.stepsPerEpoch * recipe.epochs * recipe.accumulationSteps
          const { loss, gradients } = computeGradients(model, inputs, step, {
            ...{ objective, random, constantParts, times },
            recomputeLayers: recipe.recomputeLayers,
          })
          const norm = globalNorm(gradients)
          const factor = recipe.clipNorm > 0 ? clipFactor(norm, recipe.clipNorm) : null
          optimizer.apply(gradients, 0, factor)
          await Promise.all([loss.data(), norm.data()])
          const taken = seconds()
          dispose([loss, norm, gradients, ...(factor ? [factor] : [])])
          await context.breathe()
          leaveIfCancelled(context.stop)
          return taken
        }
        for (const plan of [longest, at(0.5)]) await take(plan)
        let total = 0
        for (const plan of typical) total += await take(plan)
        return total / paddedTokens(typical.flat())
      } finally {
        optimizer.dispose()
      }
    }

    function narrow(examples: readonly Example[], plan: StepPlan): { inputs: Inputs; step: StepPlan } {
      const kept = plan.flatMap((batch) => pick(examples, batch))
      let from = 0
      const step = plan.map(({ rows: { length }, time }) => {
        from += length
        return { rows: Array.from({ length }, (_, index) => from - length + index), time }
      })
      return { inputs: { ...common, examples: kept }, step }
    }
  } finally {
    model.dispose()
  }
}

/** Times the solver on random features of the data's size; its cost is the same for every iteration. */
function solverSeconds(problem: Problem, examples: readonly Example[], width: number): number {
  const rows = examples.slice(0, solverRows)
  const random = createRandom('probe')
  const features = Float32Array.from({ length: rows.length * width }, () => random.normal())
  const data = linearData(problem, features, rows)
  const seconds = stopwatch()
  let iterations = 0
  for (const _ of fitLinearModel(data, { strength: 1, maximumIterations: 6 })) iterations += 1
  return (seconds() / Math.max(1, iterations)) * (examples.length / rows.length) * solverIterations
}

function stopwatch(): () => number {
  const startedAt = performance.now()
  return () => (performance.now() - startedAt) / 1000
}
