/** After tests of the laws: a table of how many each strategy obeys on each architecture for each problem, and what does not apply. */
import type { Reporter, TestCase, TestModule } from 'vitest/node'

const title = /^law (\d+), [^:]+: (\S+ on \S+, [\w-]+)/

/** Skipped: all its tests, for want of something that is not installed. */
type State = 'passed' | 'failed' | 'skipped'

export default class CountLaws implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const found = new Map<string, State>()
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const [, law, combination] = title.exec(suiteOf(test)) ?? []
      if (law === undefined || combination === undefined) continue
      const key = `${law} ${combination}`
      const { state } = test.result()
      const now = state === 'passed' || state === 'skipped' ? state : 'failed'
      const before = found.get(key) ?? now
      found.set(key, before === now ? now : 'failed')
    }
    if (found.size > 0) await print(found)
  }
}

/** The describe whose name begins with a law, however deep. */
function suiteOf(test: TestCase): string {
  let parent = test.parent
  while (parent.type === 'suite') {
    if (title.test(parent.name)) return parent.name
    parent = parent.parent
  }
  return ''
}

async function print(found: ReadonlyMap<string, State>): Promise<void> {
  // Only now: every other run of tests does without the engine here.
  const { bound, lawNumbers, laws, reasons } = await import('./laws')
  const { allCombinations, isTrained, misfitOf, tinyProblemKinds } = await import('./tuned-models')
  const applying = new Map<string, number[]>()
  let skipped = 0
  for (const law of lawNumbers)
    for (const { name } of bound(law)) {
      if (found.get(`${law} ${name}`) === 'skipped') skipped += 1
      else applying.set(name, [...(applying.get(name) ?? []), law])
    }
  const cell = (name: string) => {
    const numbers = applying.get(name) ?? []
    const obeyed = numbers.filter((law) => found.get(`${law} ${name}`) === 'passed')
    return numbers.length === 0 ? '-' : `${obeyed.length} of ${numbers.length}`
  }
  const lines = ['Laws obeyed, of those that apply']
  lines.push(
    ['strategy'.padEnd(20), 'architecture'.padEnd(13), ...tinyProblemKinds.map((kind) => kind.padEnd(13))].join(''),
  )
  const pairs = allCombinations.filter(({ problem }) => problem === 'single-label')
  for (const { strategy, architecture } of pairs) {
    const cells = tinyProblemKinds.map((kind) => cell(`${strategy} on ${architecture}, ${kind}`).padEnd(13))
    lines.push([strategy.padEnd(20), architecture.padEnd(13), ...cells].join('').trimEnd())
  }
  const asked = [...applying.values()].flat().length
  const obeyed = [...applying].flatMap(([name, numbers]) =>
    numbers.filter((law) => found.get(`${law} ${name}`) === 'passed'),
  )
  const left = skipped > 0 ? `; ${skipped} more need a backend that is not installed here` : ''
  lines.push(`${obeyed.length} of ${asked} pairs of a law and a combination${left}`)
  for (const law of lawNumbers) {
    const why = Object.entries(reasons[law] ?? {}).map(([strategy, reason]) => `${strategy} (${reason})`)
    if (why.length > 0) lines.push(`Law ${law}, ${laws[law]}, says nothing about ${why.join(', ')}`)
  }
  const misfits = new Set(
    allCombinations.flatMap((one) => {
      const misfit = misfitOf(one)
      if (misfit === null) return []
      return [misfit === 'needs-decoder' ? 'encoders, which cannot write' : `${one.strategy}, whose head reads`]
    }),
  )
  lines.push(`- : ${[...misfits].join('; ')}`)
  const others = new Set(pairs.filter((one) => !isTrained(one)).map(({ architecture }) => architecture))
  lines.push(
    `Laws of training are not tried on ${[...others].join(', ')}: they are RoBERTa and LLaMA with another config`,
  )
  process.stdout.write(`${lines.join('\n')}\n`)
}
