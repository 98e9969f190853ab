// What the comparisons on real tables share: a home of their own, the command line, and lines that are kept there, so that a
// comparison that is started again goes on where it was.
const { spawnSync } = require('node:child_process')
const { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const { homedir } = require('node:os')
const { join } = require('node:path')
const papaparse = require('papaparse')

module.exports = { openWorkbench, generator, readTable }

function openWorkbench(name) {
  const home = process.env.FINO_HOME ?? join(homedir(), `.fino-${name}`)
  const keptFile = join(home, `${name}.jsonl`)
  mkdirSync(join(home, 'tables'), { recursive: true })
  return {
    home,
    /** The document that a command prints; throws its reason where it fails. */
    fino(...parameters) {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(__dirname, '../bin/fino.js'), ...parameters, '--json'],
        { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, FINO_HOME: home } },
      )
      const answer = JSON.parse(stdout || '{}')
      if (status !== 0) throw new Error(`fino ${parameters.join(' ')}: ${answer.failure?.message ?? stderr}`)
      return answer
    },
    keep(line) {
      appendFileSync(keptFile, `${JSON.stringify(line)}\n`)
    },
    kept(key) {
      if (!existsSync(keptFile)) return undefined
      const lines = readFileSync(keptFile, 'utf8').trim().split('\n').filter(Boolean)
      return lines.map((line) => JSON.parse(line)).find((line) => line.key === key)
    },
    writeTable(table, rows, columns) {
      const file = join(home, 'tables', `${table}.csv`)
      writeFileSync(file, papaparse.unparse(rows, columns && { columns }))
      return file
    },
  }
}

/** Rows as objects, and the columns' names. */
function readTable(file) {
  const { data, meta } = papaparse.parse(readFileSync(file, 'utf8'), { header: true, skipEmptyLines: true })
  return { rows: data, columns: meta.fields }
}

/** Uniform in [0, 1), always the same for a seed (the generator of Numerical Recipes, chapter 7). */
function generator(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
