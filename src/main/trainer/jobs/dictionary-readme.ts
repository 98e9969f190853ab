/** The page beside an exported dictionary: what it is, how a text is scored, and Python that does so. */
import type { Problem } from '../../../shared/problem'
import type { Recipe } from '../../../shared/recipe'
import { headlineOf, type Metrics } from '../../../shared/result'
import type { PredictorRecord } from '../../baselines/predictor'
import type { ModelCardFacts } from '../contract'

export interface DictionaryFacts {
  readonly problem: Problem
  readonly recipe: Pick<Recipe, 'options' | 'labelWeights' | 'seed'>
  readonly predictor: PredictorRecord
  readonly card: ModelCardFacts
}

const predictors: Readonly<Record<PredictorRecord['kind'], string>> = {
  linear: 'a linear model, whose weights are in `fino.json`',
  'random-forest': 'a random forest, in `predictor-*.zip`, which the Python package `ydf` reads',
  'boosted-trees': 'gradient-boosted trees, in `predictor-*.zip`, which the Python package `ydf` reads',
}

export function dictionaryReadme(facts: DictionaryFacts): string {
  const { recipe, predictor, card } = facts
  const { result, splits } = card
  const options = Object.entries(recipe.options).map(([name, value]) => `| ${name} | ${value === '' ? '-' : value} |`)
  return `# ${card.runName}

A dictionary for "${card.datasetName}", made with Fino on ${card.createdAt.slice(0, 10)}: words in categories, each with a
weight, and ${predictors[predictor.kind]}, that decides on the categories' scores.

## Data

${card.datasetRows} rows: ${splits.train} to train, ${splits.validation} to validate, ${splits.test} to test. The words were chosen and weighed
on the training rows alone; the others decided nothing.

## Results

| | validation | test | without reading, test |
| --- | --- | --- | --- |
| ${headlineOf(result.test).name} | ${[result.validation, result.test, result.naive].map(shown).join(' | ')} |

These figures hold for texts like those above. On other sources, languages or times they may be far lower.

## Recipe

| | |
| --- | --- |
${[...options, `| label weights | ${recipe.labelWeights} |`, `| seed | ${recipe.seed} |`].join('\n')}

## How a text is scored

1. A word is a run of letters and digits, with apostrophes inside, in lower case.
2. A term's share of a text is (1 + ln(times)) / length, where length is the square root of the sum of (1 + ln(times))² over
   all words of the text${recipe.options.ngrams === 2 ? ' and all pairs of neighbouring words' : ''}. A term that ends in \`*\` stands for every word that begins so.
3. A category's score is the sum of weight x share over its terms in \`dictionary.csv\`.
4. The predictor sees these scores and ln(1 + words).

\`\`\`python
${dictionarySnippet(facts).trimEnd()}
\`\`\`

## Files

- \`dictionary.csv\`: term, category, weight, and how many training texts hold the term
- \`fino.json\`: the problem, the categories in order, the predictor
`
}

/** Runs in this folder. Plain Python for a linear predictor; trees need \`ydf\`. */
export function dictionarySnippet({ problem, predictor }: Pick<DictionaryFacts, 'problem' | 'predictor'>): string {
  return `${predictor.kind === 'linear' ? '' : '# pip install ydf\n'}import csv, json, math, re, unicodedata${predictor.kind === 'linear' ? '' : ', zipfile'}

folder = "."  # this folder
settings = json.load(open(f"{folder}/fino.json", encoding="utf-8"))
terms = list(csv.DictReader(open(f"{folder}/dictionary.csv", encoding="utf-8", newline="")))


def features(text):
    text = unicodedata.normalize("NFC", text).replace("’", "'").lower()
    words = re.findall(r"[^\\W_]+(?:'[^\\W_]+)*", text)
    spans = lambda size: [" ".join(words[at:at + size]) for at in range(len(words) - size + 1)]
    pieces = [span for size in range(1, settings["ngrams"] + 1) for span in spans(size)]
    length = math.sqrt(sum((1 + math.log(pieces.count(piece))) ** 2 for piece in set(pieces))) or 1
    scores = dict.fromkeys(settings["categories"], 0.0)
    for row in terms:
        term = row["term"]
        candidates = spans(term.count(" ") + 1)
        open_end = term.endswith("*")
        times = sum(span.startswith(term[:-1]) for span in candidates) if open_end else candidates.count(term)
        if times:
            scores[row["category"]] += float(row["weight"]) * (1 + math.log(times)) / length
    return [*scores.values(), math.log(1 + len(words))]


${predictor.kind === 'linear' ? linearDecision(problem) : treesDecision(problem)}

for text in ["A first text.", "A second text."]:
    print(text, features(text), decide(features(text)))
`
}

function linearDecision(problem: Problem): string {
  return `def decide(x):
    weight, bias = settings["predictor"]["weight"], settings["predictor"]["bias"]
    y = [b + sum(v * weight[i * len(bias) + k] for i, v in enumerate(x)) for k, b in enumerate(bias)]
${indent(answerOf(problem))}`
}

/** Each kind of answer from the numbers y. */
function answerOf(problem: Problem): string {
  switch (problem.kind) {
    case 'single-label':
      return `total = sum(math.exp(v - max(y)) for v in y)
return dict(zip(settings["problem"]["labels"], [math.exp(v - max(y)) / total for v in y]))`
    case 'multi-label':
      return 'return dict(zip(settings["problem"]["labels"], [1 / (1 + math.exp(-v)) for v in y]))'
    case 'regression':
      return 'return y[0] * settings["problem"]["deviation"] + settings["problem"]["mean"]'
    case 'instruction':
    case 'language':
      throw new Error('a dictionary writes no response')
    default:
      return problem satisfies never
  }
}

/** The library's own answer: classes are named by their place in the list of labels. */
function treesDecision(problem: Problem): string {
  const answer =
    problem.kind === 'regression'
      ? 'answers[0] * settings["problem"]["deviation"] + settings["problem"]["mean"]'
      : 'answers'
  return `import ydf

models = []
for model in settings["predictor"]["models"]:
    if model["kind"] == "trees":
        zipfile.ZipFile(f"{folder}/{model['file']}").extractall(f"{folder}/{model['file'][:-4]}")
        models.append(ydf.load_model(f"{folder}/{model['file'][:-4]}"))
    else:
        models.append(model["answer"])


def decide(x):
    columns = {f"feature_{i}": [v] for i, v in enumerate(x)}
    answers = [m if isinstance(m, (int, float)) else m.predict(columns)[0] for m in models]
    return ${answer}`
}

function indent(code: string): string {
  return code
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')
}

function shown(metrics: Metrics): string {
  return headlineOf(metrics).value.toFixed(3)
}
