/** The engine's solver of linear models, as the dictionary's predictor wants it. */
import type { LinearSolver } from '../../baselines/linear-predictor'
import { linearData } from '../../engine/training/fit-features'
import { applyLinearModel, fitLinearModel } from '../../engine/training/linear-model'

/** scikit-learn's default on standardized features: C = 1 or alpha = 1. */
export const solver: LinearSolver = {
  fit(problem, { features, answers, weights }) {
    const examples = answers.map((target) => ({ target }))
    const work = fitLinearModel(linearData(problem, features, examples, weights), {
      strength: 1,
      maximumIterations: 1000,
    })
    let next = work.next()
    while (!next.done) next = work.next()
    return next.value.model
  },
  apply: applyLinearModel,
}
