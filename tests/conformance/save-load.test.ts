/** Law 4: what is saved and loaded again is the same, byte for byte. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { downloadArrays } from '../../src/main/engine/formats/arrays'
import { encodeExport, openExport } from '../../src/main/engine/formats/exported'
import { loadModel, weightsFile } from '../../src/main/engine/formats/hugging-face'
import { adapterFile } from '../../src/main/engine/formats/peft'
import { encodeText } from '../../src/main/engine/formats/text'
import { createTunedModel } from '../../src/main/engine/models/create-tuned-model'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { createRandom } from '../../src/main/engine/random'
import type { StrategyOptions } from '../../src/shared/strategy'
import { startBackend } from '../support/backend'
import { folderInMemory } from '../support/folders'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyBaseFolder, tinyTexts } from '../support/tiny-models'
import { everyCombination } from '../support/tuned-models'

beforeAll(() => startBackend('cpu'))

const labels = ['a', 'b', 'c']
const cases = [
  ...everyCombination.map((one) => ({ ...one, options: {} as StrategyOptions })),
  { architecture: 'bert', strategy: 'lora', name: 'lora without pooler on bert', options: { trainPooler: false } },
  { architecture: 'bert', strategy: 'feature-based', name: 'feature-based by cls', options: { pooling: 'cls' } },
] as const

describe.each(cases)('save and load: $name', ({ architecture, strategy, options }) => {
  async function trained() {
    const base = folderInMemory(await tinyBaseFolder(architecture))
    const { config, weights } = await loadModel(base)
    const random = createRandom(2)
    const model = createTunedModel({ config, weights, strategy, options, classes: labels.length, random })
    perturbParameters(model.parameters)
    const source = {
      model,
      config,
      strategy,
      options,
      labels,
      maxLength: 20,
      base: { name: 'tiny', sha256: 'f00' },
    }
    return { base, source }
  }
  const logitsOf = async (model: TunedModel) => [
    ...(await model.logits(batchOf(tinyTexts(4).map(({ tokens }) => tokens)), { training: false }).data()),
  ]

  it('opens an export as the same model, which exports the same bytes', async () => {
    const { base, source } = await trained()
    const files = await encodeExport(source)
    const opened = await openExport(folderInMemory(files), base)
    expect(opened.labels).toEqual(labels)
    expect(opened.maxLength).toBe(20)
    expect(await downloadArrays(opened.model.weights)).toEqual(await downloadArrays(source.model.weights))
    expect(await logitsOf(opened.model)).toEqual(await logitsOf(source.model))
    const again = await encodeExport({ ...source, model: opened.model })
    expect(again).toEqual(files)
  })

  it('notices a damaged export', async () => {
    const { base, source } = await trained()
    const files = await encodeExport(source)
    const name = [weightsFile, adapterFile, 'classifier.json'].find((candidate) => files[candidate]) ?? ''
    const damaged = folderInMemory({ ...files, [name]: files[name]?.slice(0, -5) ?? encodeText('') })
    const before = tf.memory().numTensors
    await expect(openExport(damaged, base)).rejects.toMatchObject({ code: 'model-malformed' })
    expect(tf.memory().numTensors).toBe(before)
  })
})
