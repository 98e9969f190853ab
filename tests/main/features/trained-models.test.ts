import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Library } from '../../../src/main/features/library'
import { createTrainedModels } from '../../../src/main/features/trained-models'
import type { Model } from '../../../src/shared/model'
import type { Run } from '../../../src/shared/run'
import { failureOf, temporaryFolder } from '../../support/files'

const model = (name: string, contentHash: string) =>
  ({ id: name, name, folder: `/models/${name}`, contentHash }) as Model

async function adapterFor(base: { name: string; sha256?: string }, known: Model[]) {
  const folder = join(await temporaryFolder(), 'export')
  await mkdir(folder)
  await writeFile(join(folder, 'adapter_config.json'), JSON.stringify({ base_model_name_or_path: base.name }))
  await writeFile(join(folder, 'fino.json'), JSON.stringify({ base }))
  const library = {
    dataset: () => Promise.reject(new Error('not asked')),
    model: () => Promise.reject(new Error('not asked')),
    models: async () => known,
    rowsFile: () => '',
    wordListFile: () => null,
  }
  return createTrainedModels({ workspace: { runs: '/runs' }, library }).ofExport(folder)
}

describe('a run', () => {
  const run = (versions: Run['versions']) =>
    ({ id: 'r', name: 'a run', status: 'finished', result: {}, recipe: { modelId: 'starter' }, versions }) as Run
  const library = { model: async () => model('starter', 'new') } as unknown as Library
  const trained = createTrainedModels({ workspace: { runs: '/runs' }, library })

  it('is asked on the base that it was trained on', async () => {
    expect(await trained.ofRun(run({ baseModel: 'new' }))).toMatchObject({ modelFolder: '/models/starter' })
  })

  it('is refused where the base is another one now: it would answer at random', async () => {
    const failure = await failureOf(trained.ofRun(run({ baseModel: 'old' })))
    expect(failure.code).toBe('model-malformed')
    expect(failure.message).toContain(
      '"a run" was trained on another version of starter than the one in /models/starter',
    )
  })
})

describe('the base model of an export', () => {
  it('is known by its contents, wherever it lies now', async () => {
    const known = [model('encoder', 'other'), model('moved', 'same')]
    expect(await adapterFor({ name: 'encoder', sha256: 'same' }, known)).toMatchObject({ modelFolder: '/models/moved' })
  })

  it('is not a model that only has its name', async () => {
    const failure = await failureOf(adapterFor({ name: 'encoder', sha256: 'same' }, [model('encoder', 'other')]))
    expect(failure.code).toBe('model-missing')
    expect(failure.message).toContain('which Fino does not have with those contents')
  })

  it('is known by its name where nothing else is said', async () => {
    const { modelFolder } = await adapterFor({ name: 'encoder' }, [model('encoder', 'other')])
    expect(modelFolder).toBe('/models/encoder')
  })
})
