/** Law 2: the frozen base is bit-identical after training. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Classifier } from '../../src/main/engine/models/classifier'
import { startBackend } from '../support/backend'
import { everyCombination, tinyClassifier } from '../support/classifiers'
import { runTraining, tinyTask } from '../support/training'

beforeAll(() => startBackend('wasm'))

describe.each(everyCombination)('frozen base: $name', ({ architecture, strategy }) => {
  it('changes what trains and nothing else', async () => {
    const classifier = tinyClassifier(architecture, strategy)
    const before = await allValues(classifier)
    await runTraining(tinyTask(classifier))
    const after = await allValues(classifier)
    const training = new Set(classifier.parameters.map(({ name }) => name))
    const frozen = Object.keys(before).filter((name) => !training.has(name))
    for (const name of frozen) expect(after[name], name).toEqual(before[name])
    expect(frozen.length > 0).toBe(strategy !== 'full')
    expect([...training].some((name) => String(after[name]) !== String(before[name]))).toBe(true)
    classifier.dispose()
  })
})

async function allValues({ weights }: Classifier): Promise<Record<string, number[]>> {
  const values: Record<string, number[]> = {}
  for (const [name, tensor] of Object.entries(weights)) values[name] = [...(await tensor.data())]
  return values
}
