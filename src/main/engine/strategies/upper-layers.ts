/** Leaving the lower layers of a model as they are: what lies below is a constant of the data, computed once a text. */
import type { OptionDescription } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import type { ResolvedOptions } from './options'

/** How many layers change, counted from the last; 0 = all. */
export function upperLayersOption({ layers }: ModelConfig): OptionDescription {
  return { kind: 'number', name: 'upperLayers', value: 0, minimum: 0, maximum: layers - 1, step: 1 }
}

/** The lowest layer that changes; 0 where all do. */
export function firstLayerOf({ layers }: ModelConfig, options: ResolvedOptions): number {
  const upper = options.number('upperLayers')
  return upper === 0 ? 0 : layers - upper
}

/** `constantDepth` of an adaptation whose lowest change is in that layer. */
export function depthBelow(firstLayer: number): number {
  return firstLayer === 0 ? 0 : 1 + firstLayer
}
