/** What a model is to learn: decides its head, its loss and its scores. */
import { z } from 'zod'

export const problemSchema = z.discriminatedUnion('kind', [
  /** One of several classes. Labels are in the order of their ids. */
  z.object({ kind: z.literal('single-label'), labels: z.array(z.string()) }),
  /** Any number of classes at once; a row's target names them with `separator` between. */
  z.object({ kind: z.literal('multi-label'), labels: z.array(z.string()), separator: z.string() }),
  /** A number. The model learns (target - mean) / deviation, both of the training split; scores are in the target's own units. */
  z.object({ kind: z.literal('regression'), mean: z.number(), deviation: z.number().positive() }),
  /** A response to a prompt. `template` holds {prompt} once; the response follows it. */
  z.object({ kind: z.literal('instruction'), template: z.string() }),
  /**
   * Texts alone, to adapt a model to them: an encoder foresees pieces that were masked (Devlin et al. 2019), a decoder
   * each next one.
   */
  z.object({ kind: z.literal('language'), objective: z.enum(['masked', 'causal']) }),
])
export type Problem = z.infer<typeof problemSchema>
export type ProblemKind = Problem['kind']

/** Around a prompt where nothing else is said: the form that Stanford Alpaca made common, without its preamble. */
export const defaultTemplate = '### Instruction:\n{prompt}\n\n### Response:\n'

/** Whether a template says, once, where the prompt goes. */
export function isTemplate(text: string): boolean {
  return text.split('{prompt}').length === 2
}

/** Outputs of the head that reads a text: one a class, one for a number; null = the language-model head answers. */
export function outputsOf(problem: Problem): number | null {
  switch (problem.kind) {
    case 'single-label':
    case 'multi-label':
      return problem.labels.length
    case 'regression':
      return 1
    case 'instruction':
    case 'language':
      return null
    default:
      return problem satisfies never
  }
}

/** The classes of a problem that has them. */
export function labelsOf(problem: Problem): readonly string[] {
  return problem.kind === 'single-label' || problem.kind === 'multi-label' ? problem.labels : []
}
