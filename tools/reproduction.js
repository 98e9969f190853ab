// Repeats the comparisons of the sources on real tables and writes docs/reproduction.md:
//   npm run reproduction -- --data DIR --encoder FOLDER
// DIR holds mr_rotten_tomatoes/data.csv, csta_manifesto_scaling/economic_position.csv and imdb_polarity_docs2000/data.csv; FOLDER is a
// pretrained encoder. Every run is kept under FINO_HOME: started again, it goes on where it was.
const { writeFileSync } = require('node:fs')
const { cpus } = require('node:os')
const { basename, join } = require('node:path')
const { parseArgs } = require('node:util')
const Database = require('better-sqlite3')
const { generator, openWorkbench, readTable } = require('./workbench')

const { values: settings } = parseArgs({
  options: {
    data: { type: 'string' },
    encoder: { type: 'string' },
    backend: { type: 'string', default: 'tensorflow' },
    // How many rows to draw; all of them (10,662 and 2,000) take most of a day on two cores.
    reviews: { type: 'string', default: '2000' },
    documents: { type: 'string', default: '800' },
    only: { type: 'string', default: 'positions,documents,reviews' },
  },
})
if (!settings.data || !settings.encoder) {
  console.error('Say where the tables and the encoder are: npm run reproduction -- --data DIR --encoder FOLDER')
  process.exit(2)
}
const { home, fino, keep, kept, writeTable } = openWorkbench('reproduction')

/** What is run on each table. `epochs` is cut where the preset would take hours; the document says so. */
const comparisons = {
  reviews: {
    table: () => draw('reviews', join(settings.data, 'mr_rotten_tomatoes', 'data.csv')),
    columns: { text: 'text', target: 'label', task: 'classification' },
    title: 'Classification of short film reviews (mr_rotten_tomatoes)',
    about: () =>
      `${settings.reviews} sentences drawn from 10,662, split 70/15/15. Epochs are cut to 4 (full: 3) where the preset has more.`,
    figures: ['accuracy'],
    verdict: verdictOnReviews,
    runs: [
      { strategy: 'dictionary', options: { predictor: 'random-forest' } },
      { strategy: 'dictionary', options: { predictor: 'boosted-trees' } },
      { strategy: 'feature-based' },
      { strategy: 'head-only' },
      { strategy: 'prompt-tuning', epochs: 4 },
      { strategy: 'prefix-tuning', epochs: 4 },
      { strategy: 'ia3', epochs: 4 },
      { strategy: 'llama-adapter', epochs: 4 },
      { strategy: 'lora', epochs: 4 },
      { strategy: 'bottleneck-adapter', epochs: 4 },
      { strategy: 'full', epochs: 3 },
    ],
  },
  positions: {
    table: () => positions(join(settings.data, 'csta_manifesto_scaling', 'economic_position.csv')),
    columns: { text: 'sentence_text', target: 'crowd_mean', task: 'regression', group: 'manifestoid' },
    title: 'Economic position of manifesto sentences (regression on `crowd_mean`)',
    about: () =>
      'Sentences that at least five people judged, whole manifestos in one split each; full finetuning for 3 epochs.',
    figures: ['r2', 'meanSquaredError'],
    verdict: verdictOnPositions,
    runs: [
      { strategy: 'dictionary', options: { predictor: 'linear' } },
      { strategy: 'dictionary', options: { predictor: 'random-forest' } },
      { strategy: 'dictionary', options: { predictor: 'boosted-trees' } },
      { strategy: 'feature-based' },
      { strategy: 'head-only', maxLength: 256 },
      { strategy: 'head-only', maxLength: 512 },
      { strategy: 'full', maxLength: 256, epochs: 3 },
    ],
  },
  documents: {
    table: () => draw('documents', join(settings.data, 'imdb_polarity_docs2000', 'data.csv')),
    columns: { text: 'text', target: 'label', task: 'classification' },
    title: 'Long film reviews, 256 against 512 tokens (imdb_polarity_docs2000)',
    about: () => `${settings.documents} documents drawn from 2,000, split 70/15/15; full finetuning for 2 epochs.`,
    figures: ['accuracy'],
    verdict: verdictOnDocuments,
    runs: [
      { strategy: 'dictionary', options: { predictor: 'boosted-trees' } },
      { strategy: 'feature-based', maxLength: 256 },
      { strategy: 'feature-based', maxLength: 512 },
      { strategy: 'head-only', maxLength: 256 },
      { strategy: 'head-only', maxLength: 512 },
      { strategy: 'full', maxLength: 256, epochs: 2 },
      { strategy: 'full', maxLength: 512, epochs: 2 },
    ],
  },
}

function runAll(name, { table, columns, runs }) {
  let datasetId
  for (const run of runs) {
    if (keptLine(name, run)) continue
    datasetId ??= importTable(name, table(), columns)
    const changes = [
      ...Object.entries(run.options ?? {}).flatMap(([option, value]) => ['--option', `${option}=${value}`]),
      ...(run.epochs ? ['--epochs', String(run.epochs)] : []),
      ...(run.maxLength ? ['--max-length', String(run.maxLength)] : []),
    ]
    const trained = fino(
      ...['train', datasetId, '--model', settings.encoder, '--strategy', run.strategy],
      ...['--backend', settings.backend, '--seed', '1', ...changes],
    )
    const line = { key: keyOf(name, run), run, trained, interval: intervalOf(trained) }
    keep(line)
    console.log(`${name}: ${JSON.stringify(run)} ${JSON.stringify(line.interval)} in ${Math.round(trained.seconds)} s`)
  }
}

function keyOf(name, run) {
  return JSON.stringify([name, basename(settings.encoder), settings.backend, settings[name], run])
}

function keptLine(name, run) {
  return kept(keyOf(name, run))
}

function importTable(name, file, { text, target, task, group }) {
  const grouped = group ? ['--group-column', group] : []
  return fino('import', file, '--text', text, '--target', target, '--task', task, '--name', name, ...grouped).datasetId
}

function draw(name, file) {
  const count = Number(settings[name])
  const { rows, columns } = readTable(file)
  const random = generator(1)
  const chosen = rows.map((row) => [random(), row]).sort(([left], [right]) => left - right)
  return writeTable(
    name,
    chosen.slice(0, count).map(([, row]) => row),
    columns,
  )
}

/** Sentences that at least five people judged. */
function positions(file) {
  const { rows, columns } = readTable(file)
  return writeTable(
    'positions',
    rows.filter((row) => Number(row.n_crowd) >= 5),
    columns,
  )
}

/** 95 % by the percentile bootstrap over the test rows, 2,000 times. */
function intervalOf({ runId, metrics }) {
  const database = new Database(join(home, 'fino.db'), { readonly: true })
  const rows = database.prepare('SELECT target, predicted FROM test_rows WHERE run_id = ?').all(runId)
  database.close()
  const figures = metrics.test.kind === 'regression' ? ['r2', 'meanSquaredError'] : ['accuracy']
  const random = generator(7)
  const samples = Array.from({ length: 2000 }, () => scores(rows.map(() => rows[Math.floor(random() * rows.length)])))
  return Object.fromEntries(
    figures.map((figure) => {
      const sorted = samples.map((sample) => sample[figure]).sort((left, right) => left - right)
      return [figure, [sorted[49], sorted[1949]]]
    }),
  )
}

function scores(rows) {
  const right = rows.filter(({ target, predicted }) => target === predicted).length
  const targets = rows.map(({ target }) => Number(target))
  const mean = targets.reduce((sum, value) => sum + value, 0) / rows.length
  const squared = rows.reduce((sum, { predicted }, row) => sum + (Number(predicted) - targets[row]) ** 2, 0)
  const spread = targets.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { accuracy: right / rows.length, meanSquaredError: squared / rows.length, r2: 1 - squared / spread }
}

function document() {
  const parts = [
    '# The sources’ comparisons, repeated',
    '',
    `Written by \`npm run reproduction\` on ${cpus().length} × ${cpus()[0].model}, backend \`${settings.backend}\`, encoder \`${basename(settings.encoder)}\`, seed 1. Intervals are 95 % bootstrap intervals over the test rows of one split; they do not hold the spread between seeds or splits. Seconds hold what else the machine did meanwhile.`,
  ]
  for (const [name, { title, about, figures, verdict, runs }] of Object.entries(comparisons)) {
    const lines = runs.map((run) => keptLine(name, run)).filter(Boolean)
    if (lines.length === 0) continue
    parts.push('', `## ${title}`, '', about(), '', ...rowsOf(lines, figures), '', verdict(lines))
  }
  return `${parts.join('\n')}\n`
}

/** The test figure of the best line of a strategy, or null where it was not run. */
function bestOf(lines, strategy, figure, { maxLength, lowest = false } = {}) {
  const found = lines
    .filter(({ run }) => run.strategy === strategy && (maxLength === undefined || run.maxLength === maxLength))
    .map(({ trained }) => trained.metrics.test[figure])
  if (found.length === 0) return null
  return lowest ? Math.min(...found) : Math.max(...found)
}

const percent = (value) => (value === null ? 'not run' : `${(100 * value).toFixed(1)} %`)
const ratio = (part, whole) => (part === null || whole === null ? 'not run' : (part / whole).toFixed(2))

function verdictOnReviews(lines) {
  const scores = ['feature-based', 'head-only', 'full'].map((strategy) => percent(bestOf(lines, strategy, 'accuracy')))
  return `Feature-based, head-only, full: ${scores.join(', ')}. Raschka (2023) has 88.0 %, 86.6 % and 92.1 % with DistilBERT on 35,000 long film reviews; only the order can be compared.`
}

function verdictOnPositions(lines) {
  const errors = ['full', 'dictionary', 'head-only'].map((strategy) =>
    bestOf(lines, strategy, 'meanSquaredError', { lowest: true }),
  )
  const explained = ['full', 'dictionary'].map((strategy) => bestOf(lines, strategy, 'r2'))
  return `The mean squared error of full finetuning is ${ratio(errors[0], errors[1])} times that of the best dictionary (Wang 2024, on crisis reports: 0.54), its R² ${ratio(explained[0], explained[1])} times (1.27); head-only’s error is ${ratio(errors[2], errors[1])} times the dictionary’s. No sentence has 256 tokens, so 512 can change nothing here.`
}

function verdictOnDocuments(lines) {
  const gains = ['feature-based', 'head-only', 'full'].flatMap((strategy) => {
    const [short, long] = [256, 512].map((maxLength) => bestOf(lines, strategy, 'accuracy', { maxLength }))
    return short === null || long === null ? [] : [`${strategy} ${percent(short)} to ${percent(long)}`]
  })
  return `From 256 to 512 tokens: ${gains.join(', ') || 'not run'}. Wang (2024) finds 512 tokens better than 256.`
}

const titles = { accuracy: 'accuracy', r2: 'R²', meanSquaredError: 'mean squared error' }

function rowsOf(lines, figures) {
  const head = ['strategy', 'tokens', 'trained parameters', ...figures.map((figure) => titles[figure]), 'seconds']
  const body = lines.map(({ run, trained, interval }) => [
    [run.strategy, ...Object.values(run.options ?? {})].join(', '),
    run.maxLength ?? '',
    trained.trainableParameters.toLocaleString('en'),
    ...figures.map((figure) => {
      const [low, high] = interval[figure]
      return `${trained.metrics.test[figure].toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`
    }),
    Math.round(trained.seconds).toLocaleString('en'),
  ])
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`)
}

for (const name of settings.only.split(',')) {
  runAll(name, comparisons[name])
  // After each table, so that what is there is written whatever becomes of the next.
  writeFileSync(join(__dirname, '../docs/reproduction.md'), document())
}
