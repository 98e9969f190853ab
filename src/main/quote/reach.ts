/** How far into a model a strategy reaches: what stays a constant of the data, and what stands before each text. */
import type { ModelStrategyId, StrategyOptions } from '../../shared/strategy'

export interface Reach {
  /** Layers below the lowest change; their output is computed once per text and kept. */
  constantLayers: number
  /** Forward passes that a training step through the other layers is worth. */
  passes: number
  /** Positions of the model's longest input that are not the text's. */
  virtualTokens: number
  /** Rows that every layer computes beside the text's. */
  addedRows: number
  /** Keys and values that a text's queries meet beside the text's own. */
  addedKeys: number
}

const untouched: Reach = { constantLayers: 0, passes: 2, virtualTokens: 0, addedRows: 0, addedKeys: 0 }

/** Training all is worth three forward passes; through a frozen base two, since its weights need no gradient. */
export function reachOf(strategy: ModelStrategyId, options: StrategyOptions, layers: number): Reach {
  const number = (name: string) => (typeof options[name] === 'number' ? options[name] : 0)
  const below = (changed: number) => (changed === 0 ? 0 : Math.max(0, layers - changed))
  const virtualTokens = number('virtualTokens')
  switch (strategy) {
    case 'feature-based':
    case 'head-only':
      return { ...untouched, constantLayers: layers, passes: 0 }
    case 'full':
      return { ...untouched, constantLayers: below(number('upperLayers')), passes: 3 }
    case 'lora':
      return { ...untouched, constantLayers: below(number('upperLayers')) }
    case 'llama-adapter':
      return { ...untouched, constantLayers: below(number('layers')), addedKeys: number('length') }
    case 'prompt-tuning':
      return { ...untouched, virtualTokens, addedRows: virtualTokens, addedKeys: virtualTokens }
    case 'prefix-tuning':
      return { ...untouched, virtualTokens, addedKeys: virtualTokens }
    case 'ia3':
    case 'bottleneck-adapter':
      return untouched
    default:
      return strategy satisfies never
  }
}
