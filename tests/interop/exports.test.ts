/**
 * Exports as other people's tools see them: transformers, peft, adapters and numpy load them and have the same logits.
 * Runs where Python is: FINO_PYTHON has peft, FINO_ADAPTERS_PYTHON has AdapterHub's adapters.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeExport } from '../../src/main/engine/formats/exported'
import { loadModel, weightsFile } from '../../src/main/engine/formats/hugging-face'
import { loaderSnippet } from '../../src/main/engine/formats/loader-snippet'
import { createTunedModel } from '../../src/main/engine/models/create-tuned-model'
import { createRandom } from '../../src/main/engine/random'
import { strategyOf } from '../../src/main/engine/strategies/index'
import type { Architecture } from '../../src/shared/model'
import { outputsOf, type Problem } from '../../src/shared/problem'
import type { ExportFormat, StrategyOptions } from '../../src/shared/strategy'
import { startBackend } from '../support/backend'
import { folderOnDisk } from '../support/folders'
import { goldenFolder } from '../support/golden'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyConfig, tinyTexts } from '../support/tiny-models'
import { type Combination, everyCombination, tinyOptions } from '../support/tuned-models'

/** Without RoBERTa's padding token, from which transformers counts positions. */
const texts = tinyTexts(3).map(({ tokens }) => tokens.filter((token) => token !== 1))
const folders: string[] = []

const problems: Readonly<Record<Combination['problem'], Problem>> = {
  'single-label': { kind: 'single-label', labels: ['bill', 'fault', 'praise "so to say"'] },
  regression: { kind: 'regression', mean: 6.5, deviation: 2.25 },
  instruction: { kind: 'instruction', template: 'first {prompt} second ' },
}
const manyLabels: Problem = { kind: 'multi-label', labels: ['bill', 'fault', 'praise'], separator: ';' }

interface Case {
  readonly name: string
  readonly strategy: Combination['strategy']
  readonly architecture: Architecture
  readonly problem: Problem
  readonly options: StrategyOptions
  readonly format: ExportFormat
  /** The base where it is not the architecture's golden model. */
  readonly base?: string
}

/** Options that make other files than the defaults do. */
const more: Readonly<Partial<Record<Combination['strategy'], readonly StrategyOptions[]>>> = {
  'feature-based': [{ pooling: 'upper-mean' }, { pooling: 'mean' }],
  lora: [{ rank: 4, rankStabilized: true, decomposed: true, upperLayers: 1 }],
  'bottleneck-adapter': [
    { variant: 'houlsby', reductionFactor: 4 },
    { variant: 'parallel', reductionFactor: 2 },
  ],
}

const cases: readonly Case[] = everyCombination.flatMap(({ strategy, architecture, problem, name }) => {
  const options = tinyOptions[strategy] ?? {}
  const variants = [options, ...(problem === 'single-label' ? (more[strategy] ?? []) : [])]
  return variants
    .flatMap((chosen) => [
      { chosen, asked: problems[problem] },
      ...(strategy === 'lora' && problem === 'single-label' ? [{ chosen, asked: manyLabels }] : []),
    ])
    .flatMap(({ chosen, asked }) => {
      const { exportFormats } = strategyOf(strategy).describe(tinyConfig(architecture), outputsOf(asked), chosen)
      const said = chosen === options ? '' : ` ${JSON.stringify(chosen)}`
      return exportFormats.map((format) => ({
        name: `${name.replace(/,.*/, '')}, ${asked.kind}${said} as ${format}`,
        strategy,
        architecture,
        problem: asked,
        options: chosen,
        format,
      }))
    })
})

/** A real pretrained LLaMA, where it is beside this repository. */
const stories = join(import.meta.dirname, '../../../shared/models/stories260k')
const realCases: readonly Case[] = (['lora', 'ia3', 'prompt-tuning', 'prefix-tuning', 'llama-adapter'] as const).map(
  (strategy) => ({
    name: `${strategy} on stories260k, instruction as peft`,
    ...{ strategy, architecture: 'llama', problem: problems.instruction, options: {}, format: 'peft', base: stories },
  }),
)

const pythons = [
  {
    library: 'peft',
    variable: 'FINO_PYTHON',
    covered: [...cases.filter(({ format }) => format !== 'adapterhub'), ...(existsSync(stories) ? realCases : [])],
  },
  {
    library: 'adapters',
    variable: 'FINO_ADAPTERS_PYTHON',
    covered: cases.filter(({ format }) => format === 'adapterhub'),
  },
].map((one) => ({ ...one, python: findPython(one.variable, one.library) }))

/** What a library says of every adapter of its kind, its own too. */
const ofTheLibrary = [
  // adapters, while it activates one
  'There are adapters available but none are activated',
  // transformers, of soft prompts before a decoder that reads texts: one text at a time has no padding
  'will not detect padding tokens in `inputs_embeds`',
]

interface Seen {
  readonly logits: number[][]
  readonly warnings: string[]
  readonly printed: string
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

describe.each(pythons)('exports in Python with $library', ({ library, variable, covered, python }) => {
  it.skipIf(python)(`is skipped: no Python with ${library}; set ${variable} to one`, (context) => context.skip())

  it.skipIf(existsSync(stories))('of a real LLaMA is skipped: stories260k is not beside this repository', (context) =>
    context.skip(),
  )

  describe.skipIf(!python)('loads', () => {
    const ours: number[][][] = []
    let seen: Seen[] = []

    beforeAll(async () => {
      await startBackend('cpu')
      const asked: unknown[] = []
      for (const one of covered) {
        const base = one.base ?? baseFolder(one.architecture)
        const { folder, logits } = await exportInto(one, base)
        ours.push(logits)
        const { strategy, format, problem, options } = one
        const snippet = loaderSnippet({ format, strategy, options, problem, maxLength: 20, baseModel: base })
        asked.push({ format, strategy, outputs: outputsOf(problem), base, folder, texts, snippet })
      }
      const file = join(temporaryFolder(), 'cases.json')
      writeFileSync(file, JSON.stringify(asked))
      const script = join(import.meta.dirname, 'load_export.py')
      const output = execFileSync(python ?? '', [script, file], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        maxBuffer: 2 ** 28,
      })
      seen = JSON.parse(output)
    }, 3_600_000)

    it.each(covered.map(({ name, format }, index) => [name, format, index] as const))('%s', (name, format, index) => {
      const { logits = [], warnings = ['not loaded'], printed = '' } = seen[index] ?? {}
      expect(warnings.filter((warning) => !ofTheLibrary.some((known) => warning.includes(known)))).toEqual([])
      // One line for each text that the snippet asks, empty where a language model ends at once.
      if (format !== 'fino') expect(printed.split('\n')).toHaveLength(3)
      if (format === 'fino') return
      const values = ours[index] ?? []
      const differences = values.flatMap((row, text) =>
        row.map((value, at) => Math.abs(value - (logits[text]?.[at] ?? Number.NaN))),
      )
      const largest = Math.max(...differences)
      console.info(`${name}: logits differ by at most ${largest.toExponential(1)}`)
      expect(largest).toBeLessThan(1e-5 * Math.max(1, ...values.flat().map(Math.abs)))
    })
  })
})

async function exportInto({ strategy, options, problem, format }: Case, base: string) {
  const { config, weights } = await loadModel(folderOnDisk(base))
  const outputs = outputsOf(problem)
  const model = createTunedModel({ config, weights, strategy, options, outputs, random: createRandom(1) })
  perturbParameters(model.parameters)
  const logits: number[][] = []
  for (const text of texts) logits.push([...(await model.logits(batchOf([text]), { training: false }).data())])
  const folder = temporaryFolder()
  const named = { name: base, sha256: '0' }
  const source = { model, config, strategy, options, problem, format, maxLength: 20, base: named }
  for (const [name, bytes] of Object.entries(await encodeExport(source))) writeFileSync(join(folder, name), bytes)
  writeTokenizer(folder)
  model.dispose()
  return { folder, logits }
}

/** The golden model, its rotary settings named as by transformers 4, which 5 reads too. */
const baseFolders = new Map<Architecture, string>()
function baseFolder(architecture: Architecture): string {
  const known = baseFolders.get(architecture)
  if (known) return known
  const folder = temporaryFolder()
  const golden = goldenFolder(architecture)
  copyFileSync(join(golden, weightsFile), join(folder, weightsFile))
  const { rope_parameters: rotary, ...config } = JSON.parse(readFileSync(join(golden, 'config.json'), 'utf8'))
  const { rope_theta, ...scaling } = rotary ?? {}
  // More positions than the scaling starts from, which transformers likes better.
  const longer = { max_position_embeddings: 128 }
  const older = { ...longer, rope_theta, rope_scaling: scaling.rope_type === 'default' ? null : scaling }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(rotary ? { ...config, ...older } : config))
  baseFolders.set(architecture, folder)
  return folder
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fino-interop-'))
  folders.push(folder)
  return folder
}

/** Enough of a tokenizer for the loader snippets to run. */
function writeTokenizer(folder: string): void {
  const words = ['[PAD]', '[BOS]', '[EOS]', '[UNK]', 'a', 'first', 'second', 'text', 'one', 'question']
  const special = words.slice(0, 4).map((content, id) => ({
    ...{ id, content, special: true },
    ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
  }))
  const vocab = Object.fromEntries(words.map((word, id) => [word, id]))
  const tokenizer = {
    version: '1.0',
    ...{ truncation: null, padding: null, normalizer: null, post_processor: null, decoder: null },
    added_tokens: special,
    pre_tokenizer: { type: 'Whitespace' },
    model: { type: 'WordLevel', vocab, unk_token: '[UNK]' },
  }
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  const named = { pad_token: '[PAD]', bos_token: '[BOS]', eos_token: '[EOS]', unk_token: '[UNK]' }
  const settings = { tokenizer_class: 'PreTrainedTokenizerFast', ...named }
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(settings))
}

function findPython(variable: string, library: string): string | null {
  const candidate = process.env[variable] ?? 'python3'
  try {
    execFileSync(candidate, ['-c', `import ${library}`], { stdio: 'ignore' })
    return candidate
  } catch {
    return null // no such Python, or one without the library
  }
}
