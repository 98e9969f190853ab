// Measures the starter encoder on real tables, five splits each, beside TF-IDF with a linear model on the same splits, and
// writes docs/starter.md:
//   npm run starter -- --data DIR --python PYTHON
// DIR holds mr_rotten_tomatoes, sms_spam, told_br (data.csv) and csta_manifesto_scaling (economic_position.csv); PYTHON has scikit-learn.
// Every run is kept under FINO_HOME: started again, it goes on where it was.
const { spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const { readFileSync, writeFileSync } = require('node:fs')
const { cpus } = require('node:os')
const { join } = require('node:path')
const { parseArgs } = require('node:util')
const { generator, openWorkbench, readTable } = require('./workbench')

const { values: settings } = parseArgs({
  options: {
    data: { type: 'string' },
    python: { type: 'string' },
    backend: { type: 'string', default: 'tensorflow' },
    model: { type: 'string', default: 'starter' },
    splits: { type: 'string', default: '5' },
    strategies: { type: 'string', default: 'TF-IDF,feature-based,full' },
    only: { type: 'string', default: 'reviews,messages,tweets,positions,adapted' },
  },
})
if (!settings.data || !settings.python) {
  console.error(
    'Say where the tables and a Python with scikit-learn are: npm run starter -- --data DIR --python PYTHON',
  )
  process.exit(2)
}
const { home, fino, keep, kept, writeTable } = openWorkbench('starter')

/** What was measured with other weights does not count. */
const folder = settings.model === 'starter' ? join(__dirname, '../resources/starter') : settings.model
const weightsId = createHash('sha256')
  .update(readFileSync(join(folder, 'model.safetensors')))
  .digest('hex')
  .slice(0, 12)

const everyRow = () => true
/** What is run on each table; `goals` are lower bounds of the mean over the splits. */
const comparisons = {
  reviews: {
    title: 'English film reviews (mr_rotten_tomatoes, 10,662 sentences): accuracy',
    file: join('mr_rotten_tomatoes', 'data.csv'),
    rows: everyRow,
    columns: { text: 'text', target: 'label', task: 'classification' },
    figure: 'accuracy',
    runs: [{ strategy: 'feature-based' }, { strategy: 'full', epochs: 2 }],
    goals: { 'feature-based': 0.74, full: 0.79 },
  },
  positions: {
    title:
      'Economic position of manifesto sentences (csta_manifesto_scaling, judged by five people or more, rows at random): R²',
    file: join('csta_manifesto_scaling', 'economic_position.csv'),
    rows: ({ n_crowd }) => Number(n_crowd) >= 5,
    columns: { text: 'sentence_text', target: 'crowd_mean', task: 'regression' },
    figure: 'r2',
    runs: [{ strategy: 'feature-based' }, { strategy: 'full', epochs: 3 }],
    goals: { full: 0.45 },
  },
  messages: {
    title: 'English text messages, spam or not (sms_spam, 5,574): macro-F1',
    file: join('sms_spam', 'data.csv'),
    rows: everyRow,
    columns: { text: 'text', target: 'label_text', task: 'classification' },
    figure: 'macroF1',
    runs: [{ strategy: 'feature-based' }, { strategy: 'full', epochs: 2 }],
    goals: { full: 0.96 },
  },
  tweets: {
    title: 'Brazilian tweets, toxic by majority (told_br, every second of 21,000): macro-F1',
    file: join('told_br', 'data.csv'),
    rows: (_, index) => index % 2 === 0,
    columns: { text: 'text', target: 'toxic_majority', task: 'classification' },
    figure: 'macroF1',
    runs: [
      { strategy: 'feature-based', labelWeights: 'balanced' },
      { strategy: 'full', epochs: 2, labelWeights: 'balanced' },
    ],
    goals: { full: 0.7 },
  },
  adapted: {
    title: 'The same tweets, the model adapted first to the other half of told_br, unlabelled: macro-F1',
    file: join('told_br', 'data.csv'),
    rows: (_, index) => index % 2 === 0,
    unlabelled: (_, index) => index % 2 === 1,
    columns: { text: 'text', target: 'toxic_majority', task: 'classification' },
    figure: 'macroF1',
    runs: [
      { strategy: 'feature-based', labelWeights: 'balanced' },
      { strategy: 'full', epochs: 2, labelWeights: 'balanced' },
    ],
    goals: {},
  },
}

for (const name of settings.only.split(',')) {
  const comparison = comparisons[name]
  const model = comparison.unlabelled ? adaptedModel(name, comparison) : settings.model
  for (let split = 1; split <= Number(settings.splits); split++) {
    runAll(name, comparison, model, split)
    writeFileSync(join(__dirname, '../docs/starter.md'), document())
  }
}

function runAll(name, comparison, model, split) {
  const { runs, columns, figure } = comparison
  let dataset
  const imported = () => {
    dataset ??= importTable(`${name}-${split}`, shuffled(tableOf(comparison, comparison.rows), split), columns)
    return dataset
  }
  for (const run of [{ strategy: 'TF-IDF' }, ...runs]) {
    if (!settings.strategies.split(',').includes(run.strategy)) continue
    if (keptLine(name, split, run) || (run.strategy === 'TF-IDF' && comparison.unlabelled)) continue
    const result = run.strategy === 'TF-IDF' ? linear(imported(), columns.task) : train(imported(), model, run)
    const line = {
      key: keyOf(name, split, run),
      score: result.score ?? result.metrics.test[figure],
      seconds: result.seconds,
    }
    keep(line)
    console.log(`${name} ${split}: ${JSON.stringify(run)} ${line.score.toFixed(4)} in ${Math.round(line.seconds)} s`)
  }
}

function train(dataset, model, { strategy, epochs, labelWeights }) {
  return fino(
    ...['train', dataset, '--model', model, '--strategy', strategy, '--backend', settings.backend, '--seed', '1'],
    ...(epochs ? ['--epochs', String(epochs)] : []),
    ...(labelWeights ? ['--label-weights', labelWeights] : []),
  )
}

/** The model adapted once to rows that no split below holds. */
function adaptedModel(name, comparison) {
  const before = keptLine(name, 0, { adapt: true })
  if (before) return before.modelId
  const texts = tableOf(comparison, comparison.unlabelled).map((row) => ({
    [comparison.columns.text]: row[comparison.columns.text],
  }))
  const file = writeTable('unlabelled', texts)
  const adapted = fino(
    ...['adapt', file, '--model', settings.model, '--text', comparison.columns.text],
    ...['--backend', settings.backend, '--epochs', '2'],
  )
  const { modelId, seconds, loss, perplexity, texts: count } = adapted
  keep({ key: keyOf(name, 0, { adapt: true }), modelId, seconds, loss, perplexity, count })
  return modelId
}

/** TF-IDF of words and pairs of words with a logistic or ridge regression, on the training and validation rows of the same split. */
function linear(dataset, task) {
  const script = join(__dirname, 'starter', 'linear.py')
  const rows = join(home, 'datasets', dataset, 'rows.jsonl')
  const { status, stdout, stderr } = spawnSync(settings.python, [script, rows, task], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

function keyOf(name, split, run) {
  return JSON.stringify([name, split, run.strategy === 'TF-IDF' ? null : weightsId, settings.backend, run])
}

function keptLine(name, split, run) {
  return kept(keyOf(name, split, run))
}

function importTable(name, rows, { text, target, task }) {
  const file = writeTable(
    name,
    rows.map((row) => ({ [text]: row[text], [target]: row[target] })),
  )
  return fino('import', file, '--text', text, '--target', target, '--task', task, '--name', name).datasetId
}

function tableOf({ file }, chosen) {
  return readTable(join(settings.data, file)).rows.filter(chosen)
}

/** The split of a row hangs on its place in the table, so another order is another split. */
function shuffled(rows, seed) {
  const random = generator(seed)
  return rows
    .map((row) => [random(), row])
    .sort(([left], [right]) => left - right)
    .map(([, row]) => row)
}

function document() {
  const parts = [
    '# The starter encoder on real tables',
    '',
    `Written by \`npm run starter\` on ${cpus().length} × ${cpus()[0].model}, backend \`${settings.backend}\`. Each table is split 70/15/15 in five ways; every line is the mean over the test rows of the splits with its 95 % interval (t, between splits; one split has none), beside TF-IDF of words and pairs of words with a logistic or ridge regression on the training and validation rows of the same splits. Strategies run with their presets but for the epochs shown. Seconds hold what else the machine did meanwhile.`,
  ]
  for (const [name, { title, runs, goals }] of Object.entries(comparisons)) {
    const rows = [{ strategy: 'TF-IDF' }, ...runs].map((run) => rowOf(name, run, goals[run.strategy])).filter(Boolean)
    if (rows.length === 0) continue
    parts.push(
      '',
      `## ${title}`,
      '',
      '| | splits | mean (95 %) | goal | seconds a run |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
    )
    const adapted = keptLine(name, 0, { adapt: true })
    if (adapted) parts.push('', ...aboutAdapting(adapted))
  }
  return `${parts.join('\n')}\n`
}

function aboutAdapting({ count, seconds, loss, perplexity }) {
  const gains = comparisons.adapted.runs.map((run) => {
    const plain = scoresOf('tweets', run)
    const pairs = scoresOf('adapted', run).flatMap((score, split) =>
      split < plain.length ? [score - plain[split]] : [],
    )
    if (pairs.length === 0) return `${run.strategy} not measured`
    return `${run.strategy} ${shown(pairs)}`
  })
  return [
    `Adapted to ${count} texts in two epochs, ${Math.round(seconds)} s: loss of masked pieces ${loss.before.toFixed(2)} to ${loss.after.toFixed(2)}, perplexity ${perplexity.before.toFixed(0)} to ${perplexity.after.toFixed(0)}. Gain over the model as it is, split by split: ${gains.join('; ')}.`,
  ]
}

function rowOf(name, run, goal) {
  const scores = scoresOf(name, run)
  if (scores.length === 0) return undefined
  const lines = linesOf(name, run)
  const seconds = lines.reduce((sum, line) => sum + line.seconds, 0) / lines.length
  const settingsOfRun = [run.epochs && `${run.epochs} epochs`, run.labelWeights && `${run.labelWeights} label weights`]
  const what = [run.strategy, ...settingsOfRun.filter(Boolean)].join(', ')
  return `| ${what} | ${scores.length} | ${shown(scores)} | ${goal ?? ''} | ${Math.round(seconds)} |`
}

function linesOf(name, run) {
  return Array.from({ length: Number(settings.splits) }, (_, split) => keptLine(name, split + 1, run)).filter(Boolean)
}

function scoresOf(name, run) {
  return linesOf(name, run).map(({ score }) => score)
}

/** Mean and 95 % t interval; of a single value there is none. */
function shown(values) {
  const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262]
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  if (values.length === 1) return mean.toFixed(3)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  const half = quantiles[values.length - 2] * Math.sqrt(variance / values.length)
  return `${mean.toFixed(3)} (${(mean - half).toFixed(3)} to ${(mean + half).toFixed(3)})`
}
