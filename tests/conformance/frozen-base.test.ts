/** Law 2: the frozen base is bit-identical after training. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { startBackend } from '../support/backend'
import { runTraining, tinyTask } from '../support/training'
import { everyCombination, tinyTunedModel } from '../support/tuned-models'

beforeAll(() => startBackend('wasm'))

describe.each(everyCombination)('frozen base: $name', ({ architecture, strategy }) => {
  it('changes what trains and nothing else', async () => {
    const model = tinyTunedModel(architecture, strategy)
    const before = await allValues(model)
    await runTraining(tinyTask(model))
    const after = await allValues(model)
    const training = new Set(model.parameters.map(({ name }) => name))
    const frozen = Object.keys(before).filter((name) => !training.has(name))
    for (const name of frozen) expect(after[name], name).toEqual(before[name])
    expect(frozen.length > 0).toBe(strategy !== 'full')
    expect([...training].some((name) => String(after[name]) !== String(before[name]))).toBe(true)
    model.dispose()
  })
})

async function allValues({ weights }: TunedModel): Promise<Record<string, number[]>> {
  const values: Record<string, number[]> = {}
  for (const [name, tensor] of Object.entries(weights)) values[name] = [...(await tensor.data())]
  return values
}
