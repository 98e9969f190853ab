import { expect, it } from 'vitest'
import { originsOf } from '../../../src/renderer/lib/origins'
import type { Adaptation } from '../../../src/shared/adaptation'

const adaptation = (modelId: string | null) => ({ sourceName: 'texts.csv', modelId }) as Adaptation

it('knows the models that runs have made, and none that are not there yet', () => {
  const origins = originsOf([
    { modelName: 'Starter', adaptation: adaptation('m2') },
    { modelName: 'Starter', adaptation: adaptation(null) },
    { modelName: 'Starter', adaptation: null },
  ])
  expect([...origins]).toEqual([['m2', { base: 'Starter', adaptation: adaptation('m2') }]])
})
