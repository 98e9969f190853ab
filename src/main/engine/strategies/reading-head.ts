/** The head that trains along where the base is frozen; a language model has none of its own to train. */
import type { OptionDescription } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import { headParameters } from '../models/heads'
import { countValues, expectedTensors, headTensors } from '../models/weights'
import type { Parameters } from '../parameters'
import type { Base } from './adaptation'
import { misfitOf } from './misfit'
import { type ResolvedOptions, reuseHeadOption } from './options'

/**
 * BERT's pooler trains by default: sentence encoders leave it as pretraining left it or lack it, and what the classifier
 * reads through such a pooler costs accuracy that its few parameters buy back.
 */
export function readingHeadOptions(config: ModelConfig, outputs: number | null): OptionDescription[] {
  if (outputs === null) return []
  return [
    ...(config.architecture === 'bert' ? [{ kind: 'switch', name: 'trainPooler', value: true } as const] : []),
    ...reuseHeadOption(config, outputs),
  ]
}

/** For strategies whose few parameters need steps that would throw a head off its course: its share of the learning rate. */
export const gentleHead = 0.1

/** None for a language model. Throws `recipe-invalid` where the head to be reused is missing. */
export function readingHeadParameters(base: Base, options: ResolvedOptions, learningRateScale = 1): Parameters {
  const { config, weights, outputs, random } = base
  if (outputs === null) return []
  const [trainPooler, reuseHead] = [options.switched('trainPooler'), options.switched('reuseHead')]
  const head = headParameters({ config, weights, outputs, random, trainPooler, reuseHead })
  return learningRateScale === 1 ? head : head.map((parameter) => ({ ...parameter, learningRateScale }))
}

export function countReadingHead(config: ModelConfig, outputs: number | null, options: ResolvedOptions): number {
  if (outputs === null) return 0
  const pooler = expectedTensors(config).filter(({ required }) => !required)
  return countValues(headTensors(config, outputs)) + (options.switched('trainPooler') ? countValues(pooler) : 0)
}

/** The base with the head of this problem, as it is before a strategy adds to it. */
export function countWhole(config: ModelConfig, outputs: number | null): number {
  const head = misfitOf('full', config, outputs) ? [] : headTensors(config, outputs)
  return countValues(expectedTensors(config)) + countValues(head)
}
