/** Law 2: the frozen base is bit-identical after training. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { startBackend } from '../support/backend'
import { bound, lawTitle } from '../support/laws'
import { runTraining, shortTask } from '../support/training'
import { modelOf } from '../support/tuned-models'

beforeAll(() => startBackend('wasm'))

describe.each(bound(2))(lawTitle(2), (combination) => {
  it('changes what trains and nothing else', async () => {
    const model = modelOf(combination)
    const before = await allValues(model)
    await runTraining(shortTask(model, combination.problem))
    const after = await allValues(model)
    const training = new Set(model.parameters.map(({ name }) => name))
    const frozen = Object.keys(before).filter((name) => !training.has(name))
    for (const name of frozen) expect(after[name], name).toEqual(before[name])
    expect(frozen.length).toBeGreaterThan(0)
    expect([...training].some((name) => String(after[name]) !== String(before[name]))).toBe(true)
    model.dispose()
  })
})

async function allValues({ weights }: TunedModel): Promise<Record<string, Float32Array>> {
  const values: Record<string, Float32Array> = {}
  for (const [name, tensor] of Object.entries(weights)) values[name] = ((await tensor.data()) as Float32Array).slice()
  return values
}
