// Trains the four strategies on labelled tables and prints one line a run:
//   node tools/real-data.js --model starter --model FOLDER --backend tensorflow --epochs full=3,lora=4 FILE.csv:TEXT:TARGET ...
const { spawnSync } = require('node:child_process')
const { basename, dirname, join } = require('node:path')
const { parseArgs } = require('node:util')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', multiple: true, default: ['starter'] },
    strategy: { type: 'string', multiple: true, default: ['feature-based', 'head-only', 'lora', 'full'] },
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
console.log(
  '| data | model | strategy | backend | trained | steps | seconds | quoted seconds | validation accuracy | test accuracy | test macro-F1 |',
)
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |')
for (const table of positionals) {
  const [file, text, target] = table.split(':')
  const name = basename(dirname(file))
  const { datasetId } = fino([
    'import',
    file,
    '--text',
    text,
    '--target',
    target,
    '--task',
    'classification',
    '--name',
    name,
  ])
  for (const model of values.model) {
    for (const strategy of values.strategy) {
      const limit = epochs[strategy] === undefined ? [] : ['--epochs', epochs[strategy]]
      const run = fino([
        'train',
        datasetId,
        '--model',
        model,
        '--strategy',
        strategy,
        '--backend',
        values.backend,
        '--seed',
        values.seed,
        ...limit,
      ])
      const { test, validation } = run.metrics
      const quoted = run.quote ? `${Math.round(run.quote.seconds.low)}-${Math.round(run.quote.seconds.high)}` : ''
      const cells = [
        name,
        model === 'starter' ? model : basename(model),
        strategy,
        run.backend,
        share(run.trainableParameters, run.totalParameters),
        run.steps,
        Math.round(run.seconds),
        quoted,
        validation.accuracy.toFixed(3),
        test.accuracy.toFixed(3),
        test.macroF1.toFixed(3),
      ]
      console.log(`| ${cells.join(' | ')} |`)
    }
  }
}
