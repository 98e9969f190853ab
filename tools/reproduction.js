// Repeats the comparisons of the sources on real tables and writes docs/reproduction.md:
//   npm run reproduction -- --data DIR --encoder FOLDER
// DIR holds mr_rotten_tomatoes/data.csv, csta_manifesto_scaling/economic_position.csv and imdb_polarity_docs2000/data.csv; FOLDER is a
// pretrained encoder. Every run is kept under FINO_HOME: started again, it goes on where it was.
const { spawnSync } = require('node:child_process')
const { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const { cpus, homedir } = require('node:os')
const { basename, join } = require('node:path')
const { parseArgs } = require('node:util')
const papaparse = require('papaparse')
const Database = require('better-sqlite3')

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
const home = process.env.FINO_HOME ?? join(homedir(), '.fino-reproduction')
const keptFile = join(home, 'reproduction.jsonl')
mkdirSync(join(home, 'tables'), { recursive: true })

/** What is run on each table. `epochs` is cut where the preset would take hours; the document says so. */
const comparisons = {
  reviews: {
    table: () => draw('reviews', join(settings.data, 'mr_rotten_tomatoes', 'data.csv')),
    columns: { text: 'text', target: 'label', task: 'classification' },
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

const results = {}
for (const name of settings.only.split(',')) results[name] = runAll(name, comparisons[name])
writeFileSync(join(__dirname, '../docs/reproduction.md'), document(results))

function runAll(name, { table, columns, runs }) {
  const kept = readKept()
  let datasetId
  return runs.map((run) => {
    const key = JSON.stringify([name, basename(settings.encoder), settings.backend, settings[name], run])
    const found = kept.find((line) => line.key === key)
    if (found) return found
    datasetId ??= importTable(name, table(), columns)
    const changes = [
      ...Object.entries(run.options ?? {}).flatMap(([option, value]) => ['--option', `${option}=${value}`]),
      ...(run.epochs ? ['--epochs', String(run.epochs)] : []),
      ...(run.maxLength ? ['--max-length', String(run.maxLength)] : []),
    ]
    const trained = fino(['train', datasetId, '--model', settings.encoder, '--strategy', run.strategy])(
      ...['--backend', settings.backend, '--seed', '1', ...changes],
    )
    const line = { key, run, trained, interval: intervalOf(trained) }
    appendFileSync(keptFile, `${JSON.stringify(line)}\n`)
    console.log(`${name}: ${JSON.stringify(run)} ${JSON.stringify(line.interval)} in ${Math.round(trained.seconds)} s`)
    return line
  })
}

function readKept() {
  if (!existsSync(keptFile)) return []
  return readFileSync(keptFile, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

function importTable(name, file, { text, target, task, group }) {
  const grouped = group ? ['--group-column', group] : []
  return fino(['import', file, '--text', text, '--target', target, '--task', task, '--name', name])(...grouped)
    .datasetId
}

function fino(parameters) {
  return (...more) => {
    const all = [join(__dirname, '../bin/fino.js'), ...parameters, ...more, '--json']
    const environment = { ...process.env, FINO_HOME: home }
    const { status, stdout, stderr } = spawnSync(process.execPath, all, {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: environment,
    })
    const answer = JSON.parse(stdout || '{}')
    if (status !== 0) throw new Error(`fino ${all.slice(1).join(' ')}: ${answer.failure?.message ?? stderr}`)
    return answer
  }
}

function draw(name, file) {
  const count = Number(settings[name])
  const { data, meta } = papaparse.parse(readFileSync(file, 'utf8'), { header: true, skipEmptyLines: true })
  const random = generator(1)
  const chosen = data.map((row) => [random(), row]).sort(([left], [right]) => left - right)
  return writeTable(
    name,
    chosen.slice(0, count).map(([, row]) => row),
    meta.fields,
  )
}

/** Sentences that at least five people judged. */
function positions(file) {
  const { data, meta } = papaparse.parse(readFileSync(file, 'utf8'), { header: true, skipEmptyLines: true })
  return writeTable(
    'positions',
    data.filter((row) => Number(row.n_crowd) >= 5),
    meta.fields,
  )
}

function writeTable(name, rows, columns) {
  const file = join(home, 'tables', `${name}.csv`)
  writeFileSync(file, papaparse.unparse(rows, { columns }))
  return file
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

/** Uniform in [0, 1), always the same for a seed (the generator of Numerical Recipes, chapter 7). */
function generator(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function document({ reviews, positions: sentences, documents }) {
  const parts = [
    '# The sources’ comparisons, repeated',
    '',
    `Written by \`npm run reproduction\` on ${cpus().length} × ${cpus()[0].model}, backend \`${settings.backend}\`, encoder \`${basename(settings.encoder)}\`, seed 1. Intervals are 95 % bootstrap intervals over the test rows of one split; they do not hold the spread between seeds or splits.`,
  ]
  if (reviews) {
    parts.push(
      '',
      '## Classification of short film reviews (mr_rotten_tomatoes)',
      '',
      `${settings.reviews} sentences drawn from 10,662, split 70/15/15. Epochs are cut to 4 (full: 3) where the preset has more.`,
      '',
      ...rowsOf(reviews, ['accuracy']),
    )
  }
  if (sentences) {
    parts.push(
      '',
      '## Economic position of manifesto sentences (regression on `crowd_mean`)',
      '',
      'Sentences that at least five people judged, whole manifestos in one split each.',
      '',
      ...rowsOf(sentences, ['r2', 'meanSquaredError']),
    )
  }
  if (documents) {
    parts.push(
      '',
      '## Long film reviews, 256 against 512 tokens (imdb_polarity_docs2000)',
      '',
      `${settings.documents} documents drawn from 2,000, split 70/15/15; full finetuning for 2 epochs.`,
      '',
      ...rowsOf(documents, ['accuracy']),
    )
  }
  return `${parts.join('\n')}\n`
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
