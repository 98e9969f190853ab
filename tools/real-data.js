// Trains strategies on tables and prints one line a run:
//   node tools/real-data.js --model starter --model FOLDER --backend tensorflow --epochs full=3,lora=4 FILE:TEXT:TARGET[:TASK] ...
// TASK is classification where it is left out; else regression or instruction.
const { spawnSync } = require('node:child_process')
const { basename, dirname, join } = require('node:path')
const { parseArgs } = require('node:util')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', multiple: true, default: ['starter'] },
    strategy: { type: 'string', multiple: true, default: ['dictionary', 'feature-based', 'head-only', 'lora', 'full'] },
    backend: { type: 'string', default: 'auto' },
    epochs: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
  },
})
const epochs = Object.fromEntries(
  values.epochs
    .split(',')
    .filter(Boolean)
    .map((pair) => pair.split('=')),
)

function fino(parameters) {
  const cli = join(__dirname, '../bin/fino.js')
  const result = spawnSync(process.execPath, [cli, ...parameters, '--json'], { encoding: 'utf8', maxBuffer: 1 << 28 })
  const document = JSON.parse(result.stdout || '{}')
  if (result.status !== 0)
    throw new Error(`fino ${parameters.join(' ')}: ${document.failure?.message ?? result.stderr}`)
  return document
}

const share = (part, whole) => `${((100 * part) / whole).toFixed(2)} %`
const figures = {
  'single-label': ({ accuracy, macroF1 }) => ({ accuracy, 'macro-F1': macroF1 }),
  'multi-label': ({ microF1, macroF1 }) => ({ 'micro-F1': microF1, 'macro-F1': macroF1 }),
  regression: ({ r2, meanSquaredError, meanAbsoluteError }) => ({
    R2: r2,
    MSE: meanSquaredError,
    MAE: meanAbsoluteError,
  }),
  instruction: ({ perplexity, tokenAccuracy }) => ({ perplexity, 'next token': tokenAccuracy }),
}
const scores = (metrics) =>
  Object.entries(figures[metrics.kind](metrics))
    .map(([name, value]) => `${name} ${value.toPrecision(3)}`)
    .join(', ')
const line = (cells) => console.log(`| ${cells.join(' | ')} |`)

const columns = ['data', 'model', 'strategy', 'backend', 'trained', 'steps', 'seconds', 'quoted seconds']
line([...columns, 'validation', 'test', 'naive'])
line([...columns, '', '', ''].map(() => '---'))
for (const table of positionals) {
  const [file, text, target, task = 'classification'] = table.split(':')
  const name = basename(dirname(file))
  const { datasetId } = fino(['import', file, '--text', text, '--target', target, '--task', task, '--name', name])
  for (const strategy of values.strategy) {
    // Words are the same on every model.
    for (const model of strategy === 'dictionary' ? values.model.slice(0, 1) : values.model) {
      const limit = epochs[strategy] === undefined ? [] : ['--epochs', epochs[strategy]]
      const recipe = ['--model', model, '--strategy', strategy, '--backend', values.backend, '--seed', values.seed]
      const run = fino(['train', datasetId, ...recipe, ...limit])
      const { validation, test, naive } = run.metrics
      line([
        name,
        strategy === 'dictionary' ? '-' : basename(model),
        strategy,
        run.backend,
        share(run.trainableParameters, run.totalParameters),
        run.steps,
        Math.round(run.seconds),
        run.quote ? `${Math.round(run.quote.seconds.low)}-${Math.round(run.quote.seconds.high)}` : '',
        scores(validation),
        scores(test),
        scores(naive),
      ])
    }
  }
}
