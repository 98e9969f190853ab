/** Law 1: a strategy that starts at zero leaves the logits as they are without it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { createAdaptedModel } from '../../src/main/engine/models/create-tuned-model'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { createRandom } from '../../src/main/engine/random'
import { outputsOf } from '../../src/shared/problem'
import { startBackend } from '../support/backend'
import { bound, lawTitle } from '../support/laws'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyConfig, tinyTexts } from '../support/tiny-models'
import { tinyProblems } from '../support/training'
import { modelOf } from '../support/tuned-models'

beforeAll(() => startBackend('cpu'))

describe.each(bound(1))(lawTitle(1), (combination) => {
  const logitsOf = async (model: TunedModel) => [
    ...(await model.logits(batchOf(tinyTexts(4).map(({ tokens }) => tokens)), { training: false }).data()),
  ]
  const plain = ({ weights }: TunedModel) => {
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

  it('leaves the logits unchanged', async () => {
    const model = modelOf(combination)
    expect(await logitsOf(model)).toEqual(await logitsOf(plain(model)))
  })

  it('changes them as soon as it has learnt something', async () => {
    const model = modelOf(combination)
    const before = await logitsOf(model)
    perturbParameters(model.parameters)
    expect(await logitsOf(model)).not.toEqual(before)
  })
})
