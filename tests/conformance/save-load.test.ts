/** Law 4: what is saved and loaded again is the same, byte for byte; in every format that the strategy is exported to. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeExport, openExport } from '../../src/main/engine/formats/exported'
import { loadModel } from '../../src/main/engine/formats/hugging-face'
import { createTunedModel } from '../../src/main/engine/models/create-tuned-model'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { createRandom } from '../../src/main/engine/random'
import { strategyOf } from '../../src/main/engine/strategies/index'
import { outputsOf } from '../../src/shared/problem'
import type { ExportFormat, StrategyOptions } from '../../src/shared/strategy'
import { startBackend } from '../support/backend'
import { folderInMemory } from '../support/folders'
import { bound, lawTitle } from '../support/laws'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyBaseFolder, tinyConfig, tinyTexts } from '../support/tiny-models'
import { tinyProblems } from '../support/training'
import { type Combination, tinyOptions } from '../support/tuned-models'

beforeAll(() => startBackend('cpu'))

const cases = bound(4).flatMap((combination) => {
  const { strategy, architecture, problem } = combination
  const options: StrategyOptions = tinyOptions[strategy] ?? {}
  const description = strategyOf(strategy).describe(tinyConfig(architecture), outputsOf(tinyProblems[problem]), options)
  return description.exportFormats.map((format) => ({ ...combination, options, format }))
})

describe.each(cases)(`${lawTitle(4)} as $format`, (one) => {
  it('opens an export as the same model, which exports the same bytes', async () => {
    const { base, source } = await trained(one)
    const files = await encodeExport(source)
    const opened = await openExport(folderInMemory(files), base)
    expect(opened.problem).toEqual(source.problem)
    expect(opened.maxLength).toBe(20)
    const [before, after] = [await logitsOf(source.model), await logitsOf(opened.model)]
    // What is merged, or worked out before it is saved, differs by rounding.
    const rounded = one.format === 'hugging-face' || one.strategy === 'prefix-tuning'
    const tolerance = rounded ? 1e-5 * Math.max(1, ...before.map(Math.abs)) : 0
    for (const [at, value] of before.entries())
      expect(Math.abs((after[at] ?? 0) - value)).toBeLessThanOrEqual(tolerance)
    const flat = one.strategy === 'prefix-tuning' ? { options: plainPrefix } : {}
    const again = await encodeExport({ ...source, ...flat, model: opened.model })
    for (const name of Object.keys(files))
      if (name !== 'fino.json' || one.strategy !== 'prefix-tuning') expect(again[name], name).toEqual(files[name])
    expect(Object.keys(again)).toEqual(Object.keys(files))
  })

  it('notices a damaged export', async () => {
    const { base, source } = await trained(one)
    const files = await encodeExport(source)
    const name = Object.keys(files).find((file) => /\.safetensors$|^classifier\.json$/.test(file)) ?? ''
    const damaged = folderInMemory({ ...files, [name]: files[name]?.slice(0, -5) ?? new Uint8Array() })
    const before = tf.memory().numTensors
    await expect(openExport(damaged, base)).rejects.toMatchObject({ code: 'model-malformed' })
    expect(tf.memory().numTensors).toBe(before)
  })
})

/** A prefix comes back as it was flattened. */
const plainPrefix: StrategyOptions = { virtualTokens: 4, reparameterized: false }

async function trained(one: Combination & { options: StrategyOptions; format: ExportFormat }) {
  const { architecture, strategy, options, format } = one
  const problem = tinyProblems[one.problem]
  const base = folderInMemory(await tinyBaseFolder(architecture))
  const { config, weights } = await loadModel(base)
  const outputs = outputsOf(problem)
  const model = createTunedModel({ config, weights, strategy, options, outputs, random: createRandom(2) })
  perturbParameters(model.parameters)
  const named = { name: 'tiny', sha256: 'f00' }
  return { base, source: { model, config, strategy, options, problem, format, maxLength: 20, base: named } }
}

async function logitsOf(model: TunedModel): Promise<number[]> {
  return [...(await model.logits(batchOf(tinyTexts(4).map(({ tokens }) => tokens)), { training: false }).data())]
}
