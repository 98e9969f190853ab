/** The feature-based strategy's part of the loop: frozen features, a convex solver, the same surroundings. */
import { outputsOf, type Problem } from '../../../shared/problem'
import { paddedTokens, planByLength } from '../data/batches'
import type { Example } from '../data/encode'
import { regression } from '../strategies/feature-based'
import { assignParameters, type Evaluation, isBetter } from './best'
import { encodeParameters } from './checkpoint'
import type { Inputs } from './constant-part'
import { computeFeatures } from './evaluate'
import type { TrainingEvent, TrainingReport, TrainingTask } from './events'
import { applyLinearModel, fitLinearModel, type LinearData, type Link } from './linear-model'
import { objectiveOf } from './objectives/index'
import { weighLabels } from './objectives/label-weights'
import { inPhase, leaveIfCancelled } from './phase'

/** Inverse strengths of the L2 penalty, from strong to weak; the validation split chooses among them. */
const strengths = [0.001, 0.01, 0.1, 1, 10]
const iterationsPerStrength = 200

/**
 * Every text's features once, then one linear model per strength, each from the former's solution. A solver's
 * iteration is a step and each strength ends with an evaluation. Nothing random: a run that died starts again and
 * comes to the same numbers.
 */
export async function* fitFeatures(
  task: TrainingTask,
  training: Inputs,
  validating: Inputs,
): AsyncGenerator<TrainingEvent, TrainingReport> {
  const { model, problem, clock, stop, keeping } = task
  const weights = weighLabels(task.recipe.labelWeights, problem, task.train)
  const objective = objectiveOf(problem, weights)
  const startedAt = clock()
  const features = yield* inPhase('caching', computeFeatures(model, training, keeping), stop)
  const featuresValidation = yield* inPhase('caching', computeFeatures(model, validating, keeping), stop)
  const tokens = paddedTokens(planByLength(training.examples, training.batchSize, training.lengths))

  const data = linearData(problem, features, training.examples, weights && training.examples.map(objective.weightOf))
  const totalSteps = strengths.length * iterationsPerStrength
  let best: Evaluation | null = null
  let solution: Float64Array | undefined
  let step = 0
  let done = 0
  for (const strength of strengths) {
    if (stop.requested === 'stop' && best) break
    const solver = fitLinearModel(data, {
      strength,
      maximumIterations: iterationsPerStrength,
      ...(solution ? { start: solution } : {}),
    })
    let next = solver.next()
    while (!next.done) {
      leaveIfCancelled(stop)
      const iterationAt = clock()
      step += 1
      const { loss, gradientNorm, iteration } = next.value
      const epoch = done + iteration / iterationsPerStrength
      next = solver.next()
      const seconds = (clock() - iterationAt) / 1000
      yield { kind: 'step', step, totalSteps, epoch, loss, learningRate: null, gradientNorm, tokens: 0, seconds }
    }
    solution = next.value.solution
    done += 1
    const evaluatedAt = clock()
    const measured = applyLinearModel(next.value.model, featuresValidation)
    const metrics = objective.score(measured, validating.examples)
    const evaluation: Evaluation = { step, epoch: done, metrics }
    const better = isBetter(evaluation, best)
    if (better) {
      best = evaluation
      const { weight, bias } = next.value.model
      const values = { [regression.weight]: weight, [regression.bias]: bias }
      assignParameters(model.parameters, values)
      await task.store.saveBest(step, encodeParameters(values, model.parameters))
    }
    yield { kind: 'evaluation', evaluation, best: better, seconds: (clock() - evaluatedAt) / 1000 }
  }
  if (!best) throw new Error('no strength was fitted')
  return {
    validation: best.metrics,
    bestStep: best.step,
    steps: step,
    epochs: done,
    stoppedBecause: done < strengths.length ? 'asked' : 'finished',
    trainingSeconds: (clock() - startedAt) / 1000,
    trainingTokens: tokens,
    paddedLengths: training.lengths,
  }
}

/**
 * @param features [examples, width]
 * @param weights of the examples; null = all the same
 * Throws where the problem has no targets per text: a linear model does not fit it.
 */
export function linearData(
  problem: Problem,
  features: Float32Array,
  examples: readonly Pick<Example, 'target'>[],
  weights: readonly number[] | null = null,
): LinearData {
  const outputs = outputsOf(problem)
  if (outputs === null) throw new Error('a linear model needs a target per text')
  const targets = new Float32Array(examples.length * outputs)
  for (const [row, { target }] of examples.entries()) {
    if (problem.kind === 'single-label') targets[row * outputs + (target[0] as number)] = 1
    else targets.set(target, row * outputs)
  }
  const width = features.length / examples.length
  return { features, targets, weights, width, outputs, link: linkOf(problem) }
}

function linkOf({ kind }: Problem): Link {
  if (kind === 'single-label') return 'softmax'
  return kind === 'multi-label' ? 'sigmoid' : 'identity'
}
