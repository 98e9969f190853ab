/** The README of an export: what it is, what it was trained on, how well it did and on how much, how to load it. */
import type { Recipe } from '../../../shared/recipe'
import type { ClassificationMetrics, RunResult } from '../../../shared/result'
import { loaderSnippet, type SnippetFacts } from './loader-snippet'

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
  const { runName, datasetName, datasetRows, splits, baseModelName, labels, recipe, result, format, createdAt } = card
  const { test, validation, majority } = result
  return `---
library_name: ${format === 'peft' ? 'peft' : 'transformers'}
pipeline_tag: text-classification
base_model: ${JSON.stringify(card.baseReference)}
tags: [text-classification, fino, ${recipe.strategy}]
---

# ${runName}

A text classifier with ${labels.length} classes (${labels.join(', ')}), finetuned from ${baseModelName} with Fino by the
strategy "${recipe.strategy}" on ${createdAt.slice(0, 10)}.

## Data

"${datasetName}", ${datasetRows} rows, split by row within each class, equal texts together: ${splits.train} to train, ${splits.validation} to validate, ${splits.test} to test.
The validation rows decided which state of the model was kept; the test rows decided nothing.

## Results

| | validation | test | always "most frequent class", test |
| --- | --- | --- | --- |
| accuracy (%) | ${share(validation.accuracy)} | ${share(test.accuracy)} | ${share(majority.accuracy)} |
| macro F1 (%) | ${share(validation.macroF1)} | ${share(test.macroF1)} | ${share(majority.macroF1)} |
| cross-entropy | ${number(validation.loss)} | ${number(test.loss)} | |
| rows | ${validation.examples} | ${test.examples} | ${test.examples} |

With ${test.examples} test rows, the accuracy on all such texts may well be anywhere from ${interval(test)} % (95 %).

| class | precision | recall | F1 | test rows |
| --- | --- | --- | --- | --- |
${test.perClass.map((row) => `| ${cell(row.label)} | ${share(row.precision)} | ${share(row.recall)} | ${share(row.f1)} | ${row.support} |`).join('\n')}

These figures hold for texts like those above. On other sources, languages or times they may be far lower.

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

${format === 'hugging-face' ? '' : elsewhere}Longer texts than ${recipe.maxLength} tokens lose their end. Class ids: ${labels.map((label, id) => `${id} = ${label}`).join(', ')}.
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
    ['longest input', `${recipe.maxLength} tokens`],
    ['seed', String(recipe.seed)],
    ['time', `${Math.round(result.seconds)} s`],
  ]
}

/** As a percentage with one decimal, without the sign. */
function share(value: number): string {
  return (100 * value).toFixed(1)
}

function number(value: number): string {
  return String(Number(value.toPrecision(4)))
}

const elsewhere =
  "Where the base model lies elsewhere, write its folder there; Fino's starter comes with Fino as resources/starter.\n"

/** Wilson's interval (1927), which does not shrink to nothing where all or none were right: "61.0 to 100.0". */
function interval({ accuracy, examples }: ClassificationMetrics): string {
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
