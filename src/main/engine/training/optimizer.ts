/**
 * AdamW (Loshchilov and Hutter 2019) with torch.optim.AdamW's arithmetic. State is keyed by parameter name: a
 * parameter without a gradient in some step keeps its value and its moments, whatever the others do.
 */
import {
  add,
  div,
  mul,
  type Scalar,
  scalar,
  sqrt,
  square,
  sub,
  type Tensor,
  tensor,
  tidy,
  type Variable,
  variable,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { type AdamWUpdate, abilities, type UpdateByAdamW } from '../backends/abilities'
import type { Parameters } from '../parameters'
import type { Gradients } from './clipping'

/** Moments by parameter name, as numbers. */
export interface OptimizerState {
  readonly steps: number
  readonly first: Readonly<Record<string, Float32Array>>
  readonly second: Readonly<Record<string, Float32Array>>
}

export interface Optimizer {
  /** Steps done. */
  steps(): number
  /**
   * One update of every parameter that has a gradient; each is first multiplied by `factor` (from clipping). A
   * parameter's own scale of the learning rate holds for its decay too, as in torch's parameter groups.
   */
  apply(gradients: Gradients, learningRate: number, factor: Scalar | null): void
  state(): Promise<OptimizerState>
  /** Throws where a parameter's moments are missing or of another size. */
  restore(state: OptimizerState): void
  dispose(): void
}

export interface AdamWOptions {
  readonly weightDecay: number
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
}

interface Moments {
  readonly first: Variable
  readonly second: Variable
}

export function createAdamW(parameters: Parameters, options: AdamWOptions): Optimizer {
  const { weightDecay, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
  let steps = 0
  const moments = new Map(parameters.map(({ name, variable }) => [name, momentsLike(variable)]))
  const momentsOf = (name: string): Moments => {
    const found = moments.get(name)
    if (!found) throw new Error(`no optimizer state for ${name}`)
    return found
  }

  return {
    steps: () => steps,

    apply(gradients, learningRate, factor) {
      steps += 1
      // lr * (m / c1) / (sqrt(v / c2) + eps) = rate * m / (sqrt(v) + floor): two passes over memory fewer.
      const correction2 = Math.sqrt(1 - beta2 ** steps)
      const rate = (learningRate * correction2) / (1 - beta1 ** steps)
      const floor = epsilon * correction2
      const updates = parameters.flatMap(({ name, variable, decays, learningRateScale: scale = 1 }): AdamWUpdate[] => {
        const gradient = gradients[name]
        if (!gradient) return []
        const kept = decays ? 1 - learningRate * scale * weightDecay : 1
        return [{ variable, ...momentsOf(name), gradient, rate: rate * scale, kept }]
      })
      const { updateByAdamW = updateByOperations } = abilities()
      updateByAdamW(updates, { beta1, beta2, floor, clipping: factor })
    },

    async state() {
      const first: Record<string, Float32Array> = {}
      const second: Record<string, Float32Array> = {}
      for (const { name } of parameters) {
        const held = momentsOf(name)
        first[name] = (await held.first.data()) as Float32Array
        second[name] = (await held.second.data()) as Float32Array
      }
      return { steps, first, second }
    },

    restore(state) {
      for (const { name, variable } of parameters) {
        const first = state.first[name]
        const second = state.second[name]
        if (first?.length !== variable.size || second?.length !== variable.size) {
          throw new Error(`moments of ${name}: need ${variable.size} values, have ${first?.length}, ${second?.length}`)
        }
        const held = momentsOf(name)
        tidy(() => {
          held.first.assign(tensor(first.slice(), variable.shape, 'float32'))
          held.second.assign(tensor(second.slice(), variable.shape, 'float32'))
        })
      }
      steps = state.steps
    },

    dispose() {
      for (const held of moments.values()) {
        held.first.dispose()
        held.second.dispose()
      }
      moments.clear()
    },
  }
}

function momentsLike(parameter: Tensor): Moments {
  return tidy(() => ({ first: variable(zerosLike(parameter), false), second: variable(zerosLike(parameter), false) }))
}

const updateByOperations: UpdateByAdamW = (updates, { beta1, beta2, floor, clipping }) => {
  for (const { variable, first, second, gradient: raw, rate, kept } of updates) {
    // Parameter by parameter: what is computed on the way takes the room of the largest, not of all.
    tidy(() => {
      const gradient = clipping ? mul(raw, clipping) : raw
      first.assign(add(mul(first, scalar(beta1)), mul(gradient, scalar(1 - beta1))))
      second.assign(add(mul(second, scalar(beta2)), mul(square(gradient), scalar(1 - beta2))))
      const decayed = kept === 1 ? variable : mul(variable, scalar(kept))
      variable.assign(sub(decayed, mul(div(first, add(sqrt(second), scalar(floor))), scalar(rate))))
    })
  }
}
