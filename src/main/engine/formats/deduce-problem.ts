/** What a trained model from elsewhere answers, as far as its files say. */
import { Failure } from '../../../shared/failure'
import { defaultTemplate, outputsOf, type Problem } from '../../../shared/problem'
import type { ModelConfig } from '../models/config'
import { labelsInConfig } from './hugging-face'

export interface Hints {
  /** Outputs of the head; null = a language model; absent = the base model's own. */
  readonly outputs?: number | null | undefined
  readonly labels?: readonly string[] | null | undefined
}

/**
 * The problem asked for, where it fits the head; else what the adapter and the base's config.json name.
 * Throws `model-malformed` where it does not fit, or nothing says what the outputs mean.
 */
export function deduceProblem(config: ModelConfig, hints: Hints, asked?: Problem): Problem {
  const outputs = hints.outputs === undefined ? outputsInConfig(config) : hints.outputs
  if (asked && outputsOf(asked) !== outputs)
    throw new Failure(
      'model-malformed',
      `The trained model has ${sayOutputs(outputs)}, and the problem needs ${sayOutputs(outputsOf(asked))}. Choose the problem it was trained for.`,
    )
  if (asked) return asked
  if (outputs === null) return { kind: 'instruction', template: defaultTemplate }
  const type = config.source.problem_type
  if (type === 'regression' || (outputs === 1 && !type)) return { kind: 'regression', mean: 0, deviation: 1 }
  const labels = [hints.labels, labelsInConfig(config)].find((names) => names?.length === outputs)
  if (!labels)
    throw new Failure(
      'model-malformed',
      `The trained model has ${sayOutputs(outputs)}, and nothing in its folder or the base's config.json names their classes. Name them in order: \`fino predict --labels A,B\`.`,
      { outputs },
    )
  if (type === 'multi_label_classification') return { kind: 'multi-label', labels: [...labels], separator: ';' }
  return { kind: 'single-label', labels: [...labels] }
}

/** transformers' own count where config.json does not name classes is 2, which says nothing. */
function outputsInConfig(config: ModelConfig): number | null {
  const { architectures } = config.source
  const reads =
    Array.isArray(architectures) && architectures.some((name) => /SequenceClassification$/.test(String(name)))
  if (config.family === 'decoder' && !reads) return null
  return labelsInConfig(config)?.length ?? 2
}

function sayOutputs(outputs: number | null): string {
  if (outputs === null) return 'a language-model head'
  return outputs === 1 ? '1 output' : `${outputs} outputs`
}
