/** Adapted models as transformers sees them: it loads them without a word and has the same logits. FINO_PYTHON has torch. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downloadArrays } from '../../src/main/engine/formats/arrays'
import { loadModel, toHuggingFace } from '../../src/main/engine/formats/hugging-face'
import { createLanguageModel } from '../../src/main/engine/models/language-model'
import { createRandom } from '../../src/main/engine/random'
import { startBackend } from '../support/backend'
import { folderOnDisk } from '../support/folders'
import { goldenFolder } from '../support/golden'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyTexts } from '../support/tiny-models'

const python = process.env.FINO_PYTHON
/** Without RoBERTa's padding token, from which transformers counts positions. */
const texts = tinyTexts(3).map(({ tokens }) => tokens.filter((token) => token !== 1))
const encoders = ['bert', 'bert-untied', 'distilbert', 'roberta', 'xlm-roberta'] as const
const masked = (name: string) => join(goldenFolder('bert'), '..', 'masked', name)
const cases = [
  ...encoders.map((name) => ({ name, from: masked(name), objective: 'masked' }) as const),
  // Without a head of its own: a new one is written.
  { name: 'bert, new head', from: goldenFolder('bert'), objective: 'masked' } as const,
  { name: 'gpt2', from: goldenFolder('gpt2'), objective: 'causal' } as const,
]

const script = `
import json, logging, sys, torch, transformers
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSequenceClassification
transformers.logging.disable_progress_bar()
said = []
class Collector(logging.Handler):
    def emit(self, record): said.append(record.getMessage())
logging.getLogger("transformers").addHandler(Collector(logging.WARNING))
seen = []
for case in json.load(open(sys.argv[1])):
    said.clear()
    auto = AutoModelForMaskedLM if case["objective"] == "masked" else AutoModelForCausalLM
    model = auto.from_pretrained(case["folder"]).eval()
    with torch.no_grad():
        logits = [model(input_ids=torch.tensor([t]), attention_mask=torch.ones(1, len(t), dtype=torch.long)).logits.flatten().tolist() for t in case["texts"]]
    warnings = list(said)
    AutoModelForSequenceClassification.from_pretrained(case["folder"], num_labels=2)
    seen.append({"logits": logits, "warnings": warnings, "class": type(model).__name__})
print(json.dumps(seen))
`

describe('adapted models in Python', () => {
  it.skipIf(python)('is skipped: set FINO_PYTHON to a Python with transformers', (context) => context.skip())

  describe.skipIf(!python)('are loaded', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fino-adapted-'))
    const ours: number[][][] = []
    let seen: { logits: number[][]; warnings: string[]; class: string }[] = []
    afterAll(() => rmSync(folder, { recursive: true }))

    beforeAll(async () => {
      await startBackend('cpu')
      const asked: unknown[] = []
      for (const [index, { from, objective }] of cases.entries()) {
        const { config, weights } = await loadModel(folderOnDisk(from))
        const model = createLanguageModel({ config, weights, random: createRandom(index) })
        perturbParameters(model.parameters)
        const logits: number[][] = []
        for (const text of texts) logits.push([...(await model.logits(batchOf([text]), { training: false }).data())])
        ours.push(logits)
        const content = toHuggingFace(config, await downloadArrays(model.weights), { kind: 'language', objective }, 0)
        const own = mkdtempSync(join(folder, 'model-'))
        for (const [name, bytes] of Object.entries(content)) writeFileSync(join(own, name), bytes)
        model.dispose()
        asked.push({ folder: own, objective, texts })
      }
      const file = join(folder, 'cases.json')
      writeFileSync(file, JSON.stringify(asked))
      const options = { encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, HF_HUB_OFFLINE: '1' } } as const
      seen = JSON.parse(execFileSync(python ?? '', ['-c', script, file], options))
    }, 600_000)

    it.each(cases.map(({ name }, index) => [name, index] as const))('%s', (name, index) => {
      const { logits, warnings } = seen[index] ?? { logits: [], warnings: ['not loaded'] }
      // BERT's masked-language model has no pooler: the one beside it is for those who finetune. With a table of its own it
      // does not use the tied head's bias.
      expect(warnings.filter((warning) => !/pooler|predictions\.bias +\| MISSING/.test(warning))).toEqual([])
      const values = ours[index]?.flat() ?? []
      const largest = Math.max(...values.map((value, at) => Math.abs(value - (logits.flat()[at] ?? Number.NaN))))
      console.info(`${name}: logits differ by at most ${largest.toExponential(1)}`)
      expect(largest).toBeLessThan(1e-5 * Math.max(1, ...values.map(Math.abs)))
    })
  })
})
