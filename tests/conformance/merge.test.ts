/** Law 3: merged = live, and merging thrice = once. */
import { beforeAll, describe, expect, it } from 'vitest'
import { createAdaptedModel } from '../../src/main/engine/models/create-tuned-model'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import type { Weights } from '../../src/main/engine/parameters'
import { createRandom } from '../../src/main/engine/random'
import { outputsOf } from '../../src/shared/problem'
import { startBackend } from '../support/backend'
import { bound, lawTitle } from '../support/laws'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyConfig, tinyTexts } from '../support/tiny-models'
import { tinyProblems } from '../support/training'
import { modelOf } from '../support/tuned-models'

beforeAll(() => startBackend('cpu'))

const merging = bound(3)
const variants = merging.flatMap((combination) => [
  { ...combination, options: {} },
  ...(combination.strategy === 'lora' ? [{ ...combination, options: { decomposed: true, rankStabilized: true } }] : []),
])

describe.each(variants)(`${lawTitle(3)} with $options`, ({ options, ...combination }) => {
  const start = () => {
    const model = modelOf(combination, { options })
    perturbParameters(model.parameters)
    return model
  }
  const logitsOf = async ({ logits }: TunedModel) => [
    ...(await logits(batchOf(tinyTexts(4).map(({ tokens }) => tokens)), { training: false }).data()),
  ]
  const plain = (weights: Weights | undefined) => {
    if (!weights) throw new Error(`${combination.name} does not merge`)
    const outputs = outputsOf(tinyProblems[combination.problem])
    const base = {
      config: tinyConfig(combination.architecture),
      weights,
      outputs,
      options: {},
      random: createRandom(1),
    }
    return createAdaptedModel(base, { parameters: [], constantDepth: 0 })
  }

  it('gives the logits of the live model', async () => {
    const model = start()
    const live = await logitsOf(model)
    const merged = await logitsOf(plain(model.merge?.()))
    const largest = Math.max(...live.map(Math.abs))
    for (const [index, value] of live.entries())
      expect(Math.abs((merged[index] ?? 0) - value)).toBeLessThan(1e-5 * Math.max(1, largest))
  })

  it('leaves the base as it was, so that a third merge equals the first bit for bit', async () => {
    const model = start()
    const once = await logitsOf(plain(model.merge?.()))
    model.merge?.()
    expect(await logitsOf(plain(model.merge?.()))).toEqual(once)
  })
})
