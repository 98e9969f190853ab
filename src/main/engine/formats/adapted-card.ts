/** The README of a model that was adapted to texts: from which base, on which texts, what it gained, how to load it. */
import type { AdaptationTexts } from '../../../shared/adaptation'
import type { Problem } from '../../../shared/problem'
import type { Recipe } from '../../../shared/recipe'
import type { Metrics, RunResult } from '../../../shared/result'

export interface AdaptedCard
  extends Pick<RunResult, 'steps' | 'epochs' | 'bestStep' | 'seconds' | 'trainableParameters'> {
  readonly modelName: string
  readonly baseModelName: string
  readonly baseReference: string
  readonly sourceName: string
  readonly exceptDatasets: readonly string[]
  readonly texts: AdaptationTexts
  readonly problem: Problem
  readonly head: 'kept' | 'new'
  readonly recipe: Recipe
  readonly before: Metrics
  readonly after: Metrics
  /** ISO 8601. */
  readonly createdAt: string
}

/** Markdown with the front matter that model hubs read. */
export function adaptedCard(card: AdaptedCard): string {
  const { modelName, baseModelName, texts, recipe, before, after } = card
  const masked = card.problem.kind === 'language' && card.problem.objective === 'masked'
  const pipeline = masked ? 'fill-mask' : 'text-generation'
  const { evaluation, empty, repeated } = texts.leftOut
  return `---
library_name: transformers
pipeline_tag: ${pipeline}
base_model: ${JSON.stringify(card.baseReference)}
tags: [${pipeline}, fino, domain-adaptation]
---

# ${modelName}

${baseModelName}, adapted with Fino to texts of its domain on ${card.createdAt.slice(0, 10)} by going on with its pretraining
(Gururangan et al. 2020, Don't Stop Pretraining, arXiv:2004.10964): ${masked ? 'it foresees pieces that were masked (15 %; 80 % of them shown as the mask token, 10 % as another, 10 % as they are; others in every epoch)' : 'it foresees each next token'}.
It answers nothing yet: it is a base to finetune.

## Texts

"${card.sourceName}": ${texts.training} texts to learn from${texts.unlabelled === 0 ? '' : `, ${texts.unlabelled} of them without a label`}, and ${texts.heldOut} that were held out.
Left out: ${evaluation} since they are, or equal, ${exceptions(card)}; ${repeated} that repeat another; ${empty} empty ones.

## Results, on the held-out texts

| | before | after |
| --- | --- | --- |
| loss per ${masked ? 'masked piece' : 'token'} | ${before.loss.toFixed(4)} | ${after.loss.toFixed(4)} |
| ${masked ? 'pseudo-perplexity' : 'perplexity'} | ${Math.exp(before.loss).toPrecision(4)} | ${Math.exp(after.loss).toPrecision(4)} |

${card.head === 'kept' ? '' : 'The base brought no head for masked pieces, so a new one was begun: before, it could but guess.\n\n'}Whether finetuning gains by it shows on the test split of a task.

## Recipe

| | |
| --- | --- |
| epochs | ${round(card.epochs)} of at most ${recipe.epochs} |
| optimizer steps | ${card.steps}, best at ${card.bestStep} |
| batch size | ${recipe.batchSize} x ${recipe.accumulationSteps} accumulated |
| learning rate | ${recipe.learningRate}, AdamW, linear decay after ${round(100 * recipe.warmupShare)} % warm-up |
| weight decay | ${recipe.weightDecay} |
| gradient clipping | ${recipe.clipNorm === 0 ? 'none' : `norm ${recipe.clipNorm}`} |
| longest text | ${recipe.maxLength} tokens |
| trained parameters | ${card.trainableParameters} |
| seed | ${recipe.seed} |
| time | ${Math.round(card.seconds)} s |

## Use

\`\`\`python
${adaptedSnippet(masked)}
\`\`\`
`
}

function adaptedSnippet(masked: boolean): string {
  const name = masked ? 'AutoModelForMaskedLM' : 'AutoModelForCausalLM'
  return `# pip install torch transformers
from transformers import AutoModelForSequenceClassification, ${name}, AutoTokenizer

folder = "."  # this folder
tokenizer = AutoTokenizer.from_pretrained(folder)
model = ${name}.from_pretrained(folder).eval()
# To finetune it: AutoModelForSequenceClassification.from_pretrained(folder, num_labels=2)`
}

function exceptions({ exceptDatasets }: AdaptedCard): string {
  if (exceptDatasets.length === 0) return 'validation or test texts of a data set (none was named)'
  return `validation or test texts of ${exceptDatasets.map((name) => `"${name}"`).join(', ')}`
}

function round(value: number): string {
  return String(Math.round(100 * value) / 100)
}
