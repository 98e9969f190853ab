/** The dictionary's settings, and how it is described before anything is trained. */
import { z } from 'zod'
import { Failure } from '../../shared/failure'
import type { Problem } from '../../shared/problem'
import type { StrategyDescription, StrategyOptions } from '../../shared/strategy'
import { weightings } from './dictionary'
import { predictorKinds } from './predictor'

/** Without a word list `both` learns the words, as `learned` does. */
const dictionarySources = ['both', 'learned', 'list'] as const

const optionsSchema = z.object({
  predictor: z.enum(predictorKinds).default('linear'),
  weighting: z.enum(weightings).default('regression'),
  /** Most words of a category. */
  words: z.number().int().min(10).max(20_000).default(1000),
  /** Fewest training texts that must hold a word. */
  minimumTexts: z.number().int().min(1).max(1000).default(2),
  /** Words that a learnt term may have. */
  ngrams: z.number().int().min(1).max(2).default(1),
  wordList: z.string().default(''),
  dictionarySource: z.enum(dictionarySources).default('both'),
})
export type DictionarySettings = z.infer<typeof optionsSchema>

/** Fills in what is not chosen. Fails with `recipe-invalid`, naming the option. */
export function readSettings(options: StrategyOptions): DictionarySettings {
  const settings = optionsSchema.safeParse(options)
  if (settings.success) return settings.data
  const [issue] = settings.error.issues
  const name = issue?.path.join('.') ?? ''
  throw new Failure('recipe-invalid', `The dictionary's option ${name} is not right: ${issue?.message}.`, { name })
}

/** Its parameters are the words' weights: at most so many, since rarer words than asked for are left out. */
export function describeDictionary(problem: Problem, options: StrategyOptions = {}): StrategyDescription {
  const settings = readSettings(options)
  const mostWords = settings.words * categoriesIn(problem)
  return {
    id: 'dictionary',
    source:
      'Häffner, Hofer, Nagl and Walterskirchen 2023, Introducing an Interpretable Deep Learning Approach to Domain-Specific Dictionary Creation, Political Analysis 31:481-499',
    trainableParameters: mostWords,
    totalParameters: mostWords,
    exportFormats: problem.kind === 'instruction' ? [] : ['dictionary'],
    missingExports: [],
    misfit: problem.kind === 'instruction' ? 'needs-targets-per-text' : null,
    options: [
      { kind: 'choice', name: 'predictor', value: 'linear', choices: [...predictorKinds] },
      { kind: 'choice', name: 'weighting', value: 'regression', choices: [...weightings] },
      { kind: 'number', name: 'words', value: 1000, minimum: 10, maximum: 20_000, step: 10 },
      { kind: 'number', name: 'minimumTexts', value: 2, minimum: 1, maximum: 1000, step: 1 },
      { kind: 'number', name: 'ngrams', value: 1, minimum: 1, maximum: 2, step: 1 },
      { kind: 'word-list', name: 'wordList', value: '' },
      { kind: 'choice', name: 'dictionarySource', value: 'both', choices: [...dictionarySources] },
    ],
    preset: { epochs: 1, batchSize: 32, learningRate: 1e-3, weightDecay: 0, warmupShare: 0 },
  }
}

/** A number has words that raise it, that lower it, and that speak for each quarter. */
function categoriesIn(problem: Problem): number {
  switch (problem.kind) {
    case 'single-label':
    case 'multi-label':
      return problem.labels.length
    case 'regression':
      return 6
    case 'instruction':
    case 'language':
      return 0
    default:
      return problem satisfies never
  }
}
