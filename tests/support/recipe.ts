/** A recipe to start tests from. */
import type { Recipe } from '../../src/shared/recipe'

export function someRecipe(changes: Partial<Recipe> = {}): Recipe {
  return {
    datasetId: 'dataset-1',
    modelId: 'starter',
    task: 'classification',
    strategy: 'lora',
    options: { rank: 8 },
    epochs: 3,
    batchSize: 16,
    accumulationSteps: 1,
    maxLength: 64,
    learningRate: 1e-3,
    weightDecay: 0.01,
    warmupShare: 0.1,
    clipNorm: 1,
    seed: 7,
    patience: 2,
    labelWeights: 'equal',
    recomputeLayers: false,
    backend: 'wasm',
    template: null,
    ...changes,
  }
}
