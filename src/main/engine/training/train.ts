/** The training loop: one for every strategy and every problem. It yields plain events and hands back a report. */
import { type Scalar, tidy } from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import { lengthsForTraining, paddedTokens, planEpoch, stepsPerEpoch } from '../data/batches'
import type { Encoded } from '../data/encode'
import { createRandom } from '../random'
import { assignParameters, isBetter, type ParameterValues, readParameters } from './best'
import {
  decodeCheckpoint,
  decodeParameters,
  encodeCheckpoint,
  encodeParameters,
  fingerprintOf,
  type TrainingState,
} from './checkpoint'
import { clipFactor, globalNorm } from './clipping'
import { type ConstantParts, computeConstantParts, type Inputs, isWorthKeeping } from './constant-part'
import { evaluate } from './evaluate'
import type { TrainingEvent, TrainingReport, TrainingTask } from './events'
import { fitFeatures } from './fit-features'
import { computeGradients } from './gradients'
import { objectiveOf } from './objectives/index'
import { weighLabels } from './objectives/label-weights'
import { createAdamW } from './optimizer'
import { inPhase, leaveIfCancelled } from './phase'
import { createSchedule, decayAfter, learningRateAfter } from './schedule'
import { keepUsedWords } from './used-words'

/**
 * Trains `task.model` and leaves the best parameters in it.
 * Fails with `run-diverged`, `cancelled` or `checkpoint-malformed`.
 */
export async function* train(task: TrainingTask): AsyncGenerator<TrainingEvent, TrainingReport> {
  const { recipe, problem, clock, stop, store } = task
  const { batchSize, accumulationSteps, maxLength, clipNorm } = recipe
  const objective = objectiveOf(problem, weighLabels(recipe.labelWeights, problem, task.train))

  // 1. Texts become token ids.
  const [trained, validated] = [yield* encoded(task.train), yield* encoded(task.validation)]
  const lengths = lengthsForTraining(trained, validated, recipe)
  const words = keepUsedWords(task.model, task.tokenizer.paddingId, [trained, validated])
  const { model } = words
  const { parameters } = model
  const common = { paddingId: words.paddingId, batchSize, lengths }
  const training: Inputs = { ...common, examples: words.renumber(trained) }
  const validating: Inputs = { ...common, examples: words.renumber(validated) }
  if (model.features) return yield* fitFeatures(task, training, validating)

  // 2. What the strategy leaves constant is computed once per text.
  const kept = { train: null as ConstantParts | null, validation: null as ConstantParts | null }
  if (isWorthKeeping(model)) {
    // Texts that are shown otherwise in every epoch have nothing constant.
    if (!objective.renew) kept.train = yield* constantParts(training)
    kept.validation = yield* constantParts(validating)
  }

  // 3. A fresh state, or the one that was saved.
  const seeds = createRandom(recipe.seed)
  const shuffling = seeds.fork('shuffling')
  const dropout = seeds.fork('dropout')
  const optimizer = createAdamW(parameters, { weightDecay: recipe.weightDecay })
  // How a step is computed changes nothing, and memory may ask for another way than before.
  const decisive = {
    ...recipe,
    ...{ batchSize: batchSize * accumulationSteps, accumulationSteps: 1 },
    recomputeLayers: undefined,
    // What is usual goes unsaid: checkpoints from before there was a choice are gone on with.
    labelWeights: recipe.labelWeights === 'equal' ? undefined : recipe.labelWeights,
  }
  const fingerprint = fingerprintOf({ recipe: decisive, problem, texts: training.examples.length })
  const perEpoch = stepsPerEpoch(training.examples.length, batchSize, accumulationSteps)
  const totalSteps = perEpoch * recipe.epochs
  const schedule = createSchedule(recipe.learningRate, totalSteps, recipe.warmupShare)
  let state: TrainingState = {
    step: 0,
    epoch: 0,
    stepInEpoch: 0,
    shuffling: shuffling.state(),
    dropout: dropout.state(),
    best: null,
    evaluationsWithoutBetter: 0,
    trainingSeconds: 0,
    trainingTokens: 0,
  }
  let bestParameters = null as ParameterValues | null
  try {
    if (task.resume) {
      const saved = decodeCheckpoint(task.resume.last, task.model.parameters, fingerprint)
      const { steps, first, second } = saved.optimizer
      assignParameters(parameters, words.narrow(saved.parameters))
      optimizer.restore({ steps, first: words.narrow(first), second: words.narrow(second) })
      state = saved.state
      dropout.restore(state.dropout)
      if (state.best) {
        const best = await task.resume.best(state.best.step)
        bestParameters = words.narrow(decodeParameters(best, task.model.parameters))
      }
    }

    // 4. Epochs of shuffled batches of similar length.
    let savedAt = clock()
    while (state.epoch < recipe.epochs && !outOfPatience() && !stop.requested) {
      shuffling.restore(state.shuffling)
      const { epoch } = state
      const read: Inputs = { ...training, examples: renewed(epoch) }
      const steps = planEpoch(training.examples, { batchSize, accumulationSteps, lengths, random: shuffling })

      for (const plan of steps.slice(state.stepInEpoch)) {
        leaveIfCancelled(stop)
        if (stop.requested) break
        const startedAt = clock()

        // 5. Gradients of the mean loss, summed over the step's batches.
        const { loss, gradients } = computeGradients(model, read, plan, {
          objective,
          random: dropout,
          constantParts: kept.train,
          times: totalSteps * accumulationSteps,
          recomputeLayers: recipe.recomputeLayers,
        })

        // 6. Clipped by their global norm, then AdamW at the schedule's learning rate.
        const learningRate = learningRateAfter(schedule, state.step)
        const norm = tidy(() => globalNorm(gradients))
        const factor = clipNorm > 0 ? tidy(() => clipFactor(norm, clipNorm)) : null
        optimizer.apply(gradients, learningRate, factor)
        for (const gradient of Object.values(gradients)) gradient.dispose()
        factor?.dispose()

        // 7. The numbers come back: the step's only wait for the device.
        const [lossValue, normValue] = await readScalars(loss, norm)
        const step = state.step + 1
        if (!Number.isFinite(lossValue) || !Number.isFinite(normValue)) throw diverged(step, recipe.learningRate)
        const seconds = (clock() - startedAt) / 1000
        const tokens = paddedTokens(plan)
        state = {
          ...state,
          step,
          stepInEpoch: state.stepInEpoch + 1,
          dropout: dropout.state(),
          trainingSeconds: state.trainingSeconds + seconds,
          trainingTokens: state.trainingTokens + tokens,
        }
        const epoch = state.epoch + state.stepInEpoch / steps.length
        yield {
          kind: 'step',
          step,
          totalSteps,
          epoch,
          loss: lossValue,
          learningRate,
          gradientNorm: normValue,
          tokens,
          seconds,
        }
        if (clock() - savedAt >= task.checkpointSeconds * 1000 && state.stepInEpoch < steps.length) yield* save()
      }
      if (state.stepInEpoch < steps.length) break // asked to stop

      // 8. The epoch's end: validate, keep the best, save.
      state = { ...state, epoch: state.epoch + 1, stepInEpoch: 0, shuffling: shuffling.state() }
      yield* validate()
      yield* save()
    }

    // 9. Asked to stop: what is there is saved to go on from; one score is needed.
    leaveIfCancelled(stop)
    const asked = stop.requested === 'stop' && state.epoch < recipe.epochs && !outOfPatience()
    if (asked) {
      yield* save()
      if (!state.best) yield* validate()
    }

    // 10. The best parameters are the result.
    if (!state.best || !bestParameters) throw new Error('training ended without an evaluation')
    assignParameters(task.model.parameters, await widened(bestParameters, state.best.step))
    return {
      validation: state.best.metrics,
      bestStep: state.best.step,
      steps: state.step,
      epochs: perEpoch === 0 ? 0 : state.step / perEpoch,
      stoppedBecause: asked ? 'asked' : state.epoch < recipe.epochs ? 'early-stopping' : 'finished',
      trainingSeconds: state.trainingSeconds,
      trainingTokens: state.trainingTokens,
      paddedLengths: lengths,
    }

    async function* validate(): AsyncGenerator<TrainingEvent, void> {
      const startedAt = clock()
      const measured = yield* inPhase('evaluating', evaluate(model, objective, validating, kept.validation), stop)
      const metrics = objective.score(measured, validating.examples)
      const evaluation = { step: state.step, epoch: state.epoch, metrics }
      if (!Number.isFinite(evaluation.metrics.loss)) throw diverged(state.step, recipe.learningRate)
      const best = isBetter(evaluation, state.best)
      state = {
        ...state,
        best: best ? evaluation : state.best,
        evaluationsWithoutBetter: best ? 0 : state.evaluationsWithoutBetter + 1,
      }
      if (best) {
        bestParameters = await readParameters(parameters)
        const whole = await widened(bestParameters, state.step)
        await store.saveBest(state.step, encodeParameters(whole, task.model.parameters))
      }
      yield { kind: 'evaluation', evaluation, best, seconds: (clock() - startedAt) / 1000 }
    }

    async function* save(): AsyncGenerator<TrainingEvent, void> {
      const { steps, first, second } = await optimizer.state()
      const moments = { steps, first: await words.widen(first, 0), second: await words.widen(second, 0) }
      const values = { parameters: await widened(await readParameters(parameters), state.step), optimizer: moments }
      const bytes = encodeCheckpoint({ ...values, state, fingerprint }, task.model.parameters)
      await store.saveLast(bytes)
      savedAt = clock()
      yield { kind: 'checkpoint', step: state.step, byteLength: bytes.byteLength }
    }
  } finally {
    optimizer.dispose()
    words.dispose()
    kept.train?.release()
    kept.validation?.release()
  }

  function renewed(epoch: number): Encoded['examples'] {
    const random = seeds.fork(`reading ${epoch}`)
    return objective.renew?.(task.tokenizer, training.examples, random) ?? training.examples
  }

  /** All words' rows after so many steps: those that do not occur have done nothing but decay. */
  async function widened(values: ParameterValues, steps: number): Promise<ParameterValues> {
    return await words.widen(values, decayAfter(schedule, steps, recipe.weightDecay * words.decay))
  }

  function outOfPatience(): boolean {
    return recipe.patience > 0 && state.evaluationsWithoutBetter >= recipe.patience
  }

  async function* encoded(texts: TrainingTask['train']): AsyncGenerator<TrainingEvent, Encoded['examples']> {
    const work = objective.encode(task.tokenizer, texts, maxLength)
    const { examples, leftOut } = yield* inPhase('encoding', work, stop)
    if (leftOut.length > 0) yield { kind: 'left-out', texts: leftOut.length, total: texts.length }
    if (examples.length === 0) throw nothingFits(maxLength)
    return examples
  }

  async function* constantParts(inputs: Inputs): AsyncGenerator<TrainingEvent, ConstantParts | null> {
    return yield* inPhase('caching', computeConstantParts(model, inputs, task.keeping), stop)
  }
}

async function readScalars(loss: Scalar, norm: Scalar): Promise<[number, number]> {
  const [[lossValue], [normValue]] = await Promise.all([loss.data(), norm.data()])
  loss.dispose()
  norm.dispose()
  return [lossValue ?? Number.NaN, normValue ?? Number.NaN]
}

/** No text gave an example. */
export function nothingFits(maxLength: number): Failure {
  return new Failure(
    'recipe-invalid',
    `No prompt leaves room for its response within ${maxLength} tokens. Choose a longer maximum length or a shorter template.`,
    { maxLength },
  )
}

function diverged(step: number, learningRate: number): Failure {
  return new Failure(
    'run-diverged',
    `Training left all bounds at step ${step}: the loss is no longer a number. Try a learning rate of ${learningRate / 10} or lower; the last good checkpoint was kept.`,
    { step, learningRate },
  )
}
