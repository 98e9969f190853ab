/** The objective of each problem. */
import type { Problem } from '../../../../shared/problem'
import { causalLanguage } from './causal-language'
import { instruction } from './instruction'
import { maskedLanguage } from './masked-language'
import { multiLabel } from './multi-label'
import type { Objective } from './objective'
import { regression } from './regression'
import { singleLabel } from './single-label'

/** @param weights of labels (`weighLabels`): training's loss alone knows them */
export function objectiveOf(problem: Problem, weights: readonly number[] | null = null): Objective {
  switch (problem.kind) {
    case 'single-label':
      return singleLabel(problem.labels, weights)
    case 'multi-label':
      return multiLabel(problem.labels, problem.separator)
    case 'regression':
      return regression(problem)
    case 'instruction':
      return instruction(problem.template)
    case 'language':
      return problem.objective === 'masked' ? maskedLanguage() : causalLanguage()
    default:
      return problem satisfies never
  }
}
