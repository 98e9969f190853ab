/** Exports as other people's tools see them: transformers, peft and numpy load them and have the same logits. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FloatArray } from '../../src/main/engine/formats/arrays'
import { encodeExport } from '../../src/main/engine/formats/exported'
import { loadModel, weightsFile } from '../../src/main/engine/formats/hugging-face'
import { loaderSnippet } from '../../src/main/engine/formats/loader-snippet'
import { decodeSafetensors, encodeSafetensors } from '../../src/main/engine/formats/safetensors'
import { createTunedModel } from '../../src/main/engine/models/create-tuned-model'
import { createRandom } from '../../src/main/engine/random'
import { strategyOf } from '../../src/main/engine/strategies/index'
import type { Architecture } from '../../src/shared/model'
import { startBackend } from '../support/backend'
import { folderOnDisk } from '../support/folders'
import { goldenFolder } from '../support/golden'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyTexts } from '../support/tiny-models'
import { everyCombination } from '../support/tuned-models'

const python = findPython()
const labels = ['bill', 'fault', 'praise "so to say"']
const folders: string[] = []
const texts = tinyTexts(4).map(({ tokens }) => tokens)

interface Seen {
  logits: number[][]
  warnings: string[]
  printed: string
}

describe.skipIf(!python)(
  `exports in Python${python ? '' : ' (skipped: no Python with peft; set FINO_PYTHON to one)'}`,
  () => {
    const ours: number[][][] = []
    let seen: Seen[] = []

    beforeAll(async () => {
      await startBackend('cpu')
      const cases: unknown[] = []
      for (const { architecture, strategy } of everyCombination) {
        const base = baseFolder(architecture, strategy !== 'feature-based')
        const { config, weights } = await loadModel(folderOnDisk(base))
        const random = createRandom(1)
        const model = createTunedModel({ config, weights, strategy, options: {}, classes: labels.length, random })
        perturbParameters(model.parameters)
        const batch = batchOf(texts)
        ours.push(await model.logits(batch, { training: false }).array())
        const folder = temporaryFolder()
        const source = {
          model,
          config,
          strategy,
          options: {},
          labels,
          maxLength: 20,
          base: { name: base, sha256: '0' },
        }
        for (const [name, bytes] of Object.entries(await encodeExport(source))) writeFileSync(join(folder, name), bytes)
        writeTokenizer(folder)
        const format = strategyOf(strategy).describe(config, labels.length).exportFormat
        cases.push({
          format,
          base,
          folder,
          input_ids: await batch.tokenIds.array(),
          attention_mask: (await batch.attentionMask.array()).map((row) => row.map(Number)),
          snippet: loaderSnippet({ format, labels, maxLength: 20, baseModel: base, pooling: 'mean' }),
        })
      }
      const file = join(temporaryFolder(), 'cases.json')
      writeFileSync(file, JSON.stringify(cases))
      const script = join(import.meta.dirname, 'load_export.py')
      const output = execFileSync(python ?? '', [script, file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
      seen = JSON.parse(output)
    }, 300_000)

    afterAll(() => {
      for (const folder of folders) rmSync(folder, { recursive: true })
    })

    it.each(everyCombination.map(({ name }, index) => [name, index] as const))(
      '%s: same logits, no warning',
      (name, index) => {
        const { logits = [], warnings, printed = '' } = seen[index] ?? {}
        const differences = (ours[index] ?? []).flatMap((row, text) =>
          row.map((value, label) => Math.abs(value - (logits[text]?.[label] ?? Number.NaN))),
        )
        const largest = Math.max(...differences)
        console.info(`${name}: logits differ by at most ${largest.toExponential(1)}`)
        expect(warnings).toEqual([])
        expect(largest).toBeLessThan(1e-5)
        expect(labels.some((label) => printed.includes(label.slice(0, 6)))).toBe(true)
      },
    )
  },
)

/** The golden model in half precision, as many are shared, with or without its head. */
function baseFolder(architecture: Architecture, withHead: boolean): string {
  const golden = goldenFolder(architecture)
  const { tensors } = decodeSafetensors(readFileSync(join(golden, weightsFile)))
  const kept = Object.entries(tensors).filter(([name]) => withHead || !name.includes('classifier'))
  const folder = temporaryFolder()
  const bytes = encodeSafetensors(Object.fromEntries(kept as [string, FloatArray][]), { format: 'pt' }, { type: 'F16' })
  writeFileSync(join(folder, weightsFile), bytes)
  const config = JSON.parse(readFileSync(join(golden, 'config.json'), 'utf8'))
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, dtype: 'float16' }))
  return folder
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fino-interop-'))
  folders.push(folder)
  return folder
}

/** Enough of a tokenizer for the loader snippets to run. */
function writeTokenizer(folder: string): void {
  const words = ['[PAD]', '[CLS]', '[SEP]', '[UNK]', '[MASK]', 'a', 'first', 'second', 'text', 'one']
  writeFileSync(join(folder, 'vocab.txt'), `${words.join('\n')}\n`)
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ tokenizer_class: 'BertTokenizer' }))
}

function findPython(): string | null {
  const candidate = process.env.FINO_PYTHON ?? 'python3'
  try {
    execFileSync(candidate, ['-c', 'import peft'], { stdio: 'ignore' })
    return candidate
  } catch {
    return null // no such Python, or one without peft
  }
}
