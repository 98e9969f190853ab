/** The README of an export: what it is, what it was trained on, how well it did and on how much, how to load it. */
import type { Problem, ProblemKind } from '../../../shared/problem'
import type { Recipe } from '../../../shared/recipe'
import type { Metrics, RunResult } from '../../../shared/result'
import { loaderSnippet, type SnippetFacts } from './loader-snippet'
import { number, resultRows, share } from './model-card-results'

export interface ModelCard extends SnippetFacts {
  readonly runName: string
  readonly datasetName: string
  readonly datasetRows: number
  readonly splits: { readonly train: number; readonly validation: number; readonly test: number }
  readonly baseModelName: string
  /** How the base is called in files that travel, where a folder of this machine says nothing. */
  readonly baseReference: string
  readonly recipe: Recipe
  readonly result: RunResult
  /** ISO 8601. */
  readonly createdAt: string
}

/** Markdown with the front matter that model hubs read. Says no more than was measured. */
export function modelCard(card: ModelCard): string {
  const { runName, datasetName, datasetRows, splits, baseModelName, problem, recipe, result, format, createdAt } = card
  const { test, validation, naive } = result
  const pipeline = problem.kind === 'instruction' ? 'text-generation' : 'text-classification'
  return `---
library_name: ${libraries[format]}
pipeline_tag: ${pipeline}
base_model: ${JSON.stringify(card.baseReference)}
tags: [${pipeline}, fino, ${recipe.strategy}]
---

# ${runName}

${describe(problem)}, finetuned from ${baseModelName} with Fino by the strategy "${recipe.strategy}" on ${createdAt.slice(0, 10)}.

## Data

"${datasetName}", ${datasetRows} rows, equal texts together: ${splits.train} to train, ${splits.validation} to validate, ${splits.test} to test.
The validation rows decided which state of the model was kept; the test rows decided nothing.${leftOut(card)}

## Results

| | validation | test | ${naiveNames[problem.kind]}, test |
| --- | --- | --- | --- |
${resultRows(validation, test, naive)}

${uncertainty(test)}${perClass(test)}These figures hold for texts like those above. On other sources, languages or times they may be far lower.

## Recipe

| | |
| --- | --- |
${recipeRows(card)
  .map(([name, value]) => `| ${name} | ${value} |`)
  .join('\n')}

## Use

\`\`\`python
${loaderSnippet(card).trimEnd()}
\`\`\`

${format === 'hugging-face' ? '' : elsewhere}Longer texts than ${recipe.maxLength} tokens lose their end. ${meaning(problem)}
`
}

const libraries = {
  peft: 'peft',
  adapterhub: 'adapter-transformers',
  'hugging-face': 'transformers',
  features: 'transformers',
  dictionary: 'fino',
  fino: 'fino',
} as const satisfies Record<ModelCard['format'], string>

const naiveNames = {
  'single-label': 'always "most frequent class"',
  'multi-label': 'always "most frequent classes"',
  regression: 'always the mean',
  instruction: 'base model untuned',
  language: 'base model as it was',
} as const satisfies Record<ProblemKind, string>

function describe(problem: Problem): string {
  switch (problem.kind) {
    case 'single-label':
      return `A text classifier with ${problem.labels.length} classes (${problem.labels.join(', ')})`
    case 'multi-label':
      return `A text classifier with ${problem.labels.length} classes (${problem.labels.join(', ')}), any number of them a text`
    case 'regression':
      return 'A model that reads a text and tells a number'
    case 'instruction':
      return 'A language model that answers prompts'
    case 'language':
      return 'A language model adapted to texts'
    default:
      return problem satisfies never
  }
}

/** What the outputs are, for whoever loads the files without the script above. */
function meaning(problem: Problem): string {
  switch (problem.kind) {
    case 'single-label':
    case 'multi-label':
      return `Class ids: ${problem.labels.map((label, id) => `${id} = ${label}`).join(', ')}.`
    case 'regression':
      return `The model answers in standard deviations from the mean of its training rows: in the target's own units, output x ${problem.deviation} + ${problem.mean}.`
    case 'instruction':
      return `Prompts were put in this template, {prompt} in their place: ${JSON.stringify(problem.template)}.`
    case 'language':
      return 'It answers nothing yet: finetune it.'
    default:
      return problem satisfies never
  }
}

function leftOut({ recipe, result: { leftOutTexts } }: ModelCard): string {
  if (leftOutTexts === 0) return ''
  return `\nOf these rows, ${leftOutTexts} were neither trained on nor scored: their prompts fill all ${recipe.maxLength} tokens.`
}

function uncertainty(test: Metrics): string {
  if (test.kind !== 'single-label') return ''
  return `With ${test.examples} test rows, the accuracy on all such texts may well be anywhere from ${interval(test.accuracy, test.examples)} % (95 %).\n\n`
}

function perClass(test: Metrics): string {
  if (test.kind !== 'single-label' && test.kind !== 'multi-label') return ''
  const rows = test.perClass.map(
    (row) =>
      `| ${cell(row.label)} | ${share(row.precision)} | ${share(row.recall)} | ${share(row.f1)} | ${row.support} |`,
  )
  return `| class | precision | recall | F1 | test rows |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

`
}

function recipeRows({ recipe, result }: ModelCard): [string, string][] {
  const options = Object.entries(recipe.options).map(([name, value]): [string, string] => [name, String(value)])
  const trained = `${result.trainableParameters} of ${result.totalParameters}`
  const loop: [string, string][] = [
    ['epochs', `${number(result.epochs)} of at most ${recipe.epochs}`],
    ['optimizer steps', `${result.steps}, best at ${result.bestStep}`],
    ['batch size', `${recipe.batchSize} x ${recipe.accumulationSteps} accumulated`],
    ['learning rate', `${recipe.learningRate}, AdamW, linear decay after ${share(recipe.warmupShare)} % warm-up`],
    ['weight decay', String(recipe.weightDecay)],
    ['gradient clipping', recipe.clipNorm === 0 ? 'none' : `norm ${recipe.clipNorm}`],
  ]
  return [
    ['strategy', recipe.strategy],
    ...options,
    ['trained parameters', trained],
    ...(recipe.strategy === 'feature-based' ? [] : loop),
    ...(result.test.kind === 'single-label' ? [['label weights', recipe.labelWeights] satisfies [string, string]] : []),
    ['longest input', `${recipe.maxLength} tokens`],
    ['seed', String(recipe.seed)],
    ['time', `${Math.round(result.seconds)} s`],
  ]
}

const elsewhere =
  "Where the base model lies elsewhere, write its folder there; Fino's starter comes with Fino as resources/starter.\n"

/** Wilson's interval (1927), which does not shrink to nothing where all or none were right: "61.0 to 100.0". */
function interval(accuracy: number, examples: number): string {
  const spread = 1.96 ** 2 / Math.max(1, examples)
  const centre = (accuracy + spread / 2) / (1 + spread)
  const half =
    (1.96 * Math.sqrt((accuracy * (1 - accuracy)) / Math.max(1, examples) + spread / (4 * Math.max(1, examples)))) /
    (1 + spread)
  return `${share(Math.max(0, centre - half))} to ${share(Math.min(1, centre + half))}`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
