/** Loss and gradients of one optimizer step, summed over its batches so that cutting a step into batches changes nothing. */
import { add, dispose, mul, type Scalar, scalar, type Tensor, tidy, variableGrads } from '@tensorflow/tfjs-core'
import { toTensors } from '../data/batch-tensors'
import { padBatch, type StepPlan } from '../data/batches'
import type { TunedModel } from '../models/tuned-model'
import type { Random } from '../random'
import type { ConstantParts, Inputs } from './constant-part'
import { crossEntropy } from './losses'

/** A type, not an interface: only so does `tidy` take it for a container of tensors. */
export type StepGradients = {
  /** Mean over the texts of the step. */
  loss: Scalar
  gradients: Record<string, Tensor>
}

/** The caller owns what it gets. Dropout masks come from `random`. */
export function computeGradients(
  model: TunedModel,
  inputs: Inputs,
  step: StepPlan,
  options: { random: Random; constantParts: ConstantParts | null },
): StepGradients {
  const texts = step.reduce((sum, { rows }) => sum + rows.length, 0)
  const variables = model.parameters.map(({ variable }) => variable)
  let total: StepGradients | undefined
  for (const plan of step) {
    const share = plan.rows.length / texts
    const part = tidy((): StepGradients => {
      const { labels, ...batch } = toTensors(padBatch(inputs.examples, plan, inputs.paddingId))
      const hidden = options.constantParts?.hidden(plan)
      const { value, grads } = variableGrads(() => {
        const logits = model.logits(batch, { training: true, random: options.random }, hidden)
        const loss = crossEntropy(logits, labels)
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
