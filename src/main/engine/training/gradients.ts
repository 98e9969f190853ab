/** Loss and gradients of one optimizer step, summed over its batches so that cutting a step into batches changes nothing. */
import { add, dispose, mul, type Scalar, scalar, type Tensor, tidy, variableGrads } from '@tensorflow/tfjs-core'
import { carryOut } from '../backends/abilities'
import { toTensors } from '../data/batch-tensors'
import { padBatch, pick, type StepPlan } from '../data/batches'
import type { TunedModel } from '../models/tuned-model'
import type { Random } from '../random'
import type { ConstantParts, Inputs } from './constant-part'
import type { Objective } from './objectives/objective'

/** A type, not an interface: only so does `tidy` take it for a container of tensors. */
export type StepGradients = {
  /** Mean over the weight of the step's texts. */
  loss: Scalar
  gradients: Record<string, Tensor>
}

const masksStay = 'layers are computed twice, and a graph would hold the masks of both times at once'

/** The caller owns what it gets. Dropout masks come from `random`. */
export function computeGradients(
  model: TunedModel,
  inputs: Inputs,
  step: StepPlan,
  options: {
    objective: Objective
    random: Random
    constantParts: ConstantParts | null
    /** Batches in the whole job: whether preparing for them pays. */
    times?: number
    /** As in `Mode`. */
    recomputeLayers?: boolean
  },
): StepGradients {
  const { objective, random, times = 1, recomputeLayers = false } = options
  const mode = { training: true, random, recomputeLayers } as const
  const weights = step.map((plan) =>
    pick(inputs.examples, plan).reduce((sum, example) => sum + objective.weightOf(example), 0),
  )
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  const kind = { name: 'training', times, ...(recomputeLayers && model.dropsOut && { hindrance: masksStay }) }
  const variables = model.parameters.map(({ variable }) => variable)
  let total: StepGradients | undefined
  for (const [index, plan] of step.entries()) {
    const share = (weights[index] as number) / whole
    const drawnFrom = random.state()
    const part = carryOut(kind, (): StepGradients => {
      random.restore(drawnFrom)
      const batch = toTensors(padBatch(inputs.examples, plan, inputs.paddingId))
      // Outside the gradient, where nothing of it is kept for a way back.
      const computed = () => (model.constantDepth > 0 ? model.constantPart(batch) : undefined)
      const hidden = options.constantParts ? options.constantParts.hidden(plan) : computed()
      const { value, grads } = variableGrads(() => {
        const loss = objective.loss({
          examples: pick(inputs.examples, plan),
          time: plan.time,
          logits: (places) => model.logits({ ...batch, ...(places && { places }) }, mode, hidden),
        })
        return share === 1 ? loss : mul(loss, scalar(share))
      }, variables)
      return { loss: value, gradients: byParameterName(model, grads) }
    })
    total = total ? sumAndFree(total, part) : part
  }
  if (!total) throw new Error('a step without batches')
  return total
}

function byParameterName(model: TunedModel, grads: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const found: Record<string, Tensor> = {}
  for (const { name, variable } of model.parameters) {
    const gradient = grads[variable.name]
    if (gradient) found[name] = gradient
  }
  return found
}

function sumAndFree(left: StepGradients, right: StepGradients): StepGradients {
  const sum = tidy((): StepGradients => {
    const gradients: Record<string, Tensor> = { ...left.gradients }
    for (const [name, gradient] of Object.entries(right.gradients)) {
      const other = left.gradients[name]
      gradients[name] = other ? add(other, gradient) : gradient.clone()
    }
    for (const name of Object.keys(left.gradients)) {
      if (!right.gradients[name]) gradients[name] = (left.gradients[name] as Tensor).clone()
    }
    return { loss: add(left.loss, right.loss), gradients }
  })
  dispose([left, right])
  return sum
}
