import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Library } from '../../../src/main/features/library'
import { createTrainedModels, type ExportToAsk } from '../../../src/main/features/trained-models'
import type { Model } from '../../../src/shared/model'
import type { Problem } from '../../../src/shared/problem'
import type { Run } from '../../../src/shared/run'
import { failureOf, temporaryFolder } from '../../support/files'

const model = (name: string, contentHash: string) =>
  ({ id: name, name, folder: `/models/${name}`, contentHash }) as Model

async function adapterFor(base: { name: string; sha256?: string }, known: Model[]) {
  const config = { base_model_name_or_path: base.name }
  return exportWith({ 'adapter_config.json': config, 'fino.json': { format: 'peft', base } }, known)
}

async function exportWith(files: Record<string, object>, known: Model[], asked: Omit<ExportToAsk, 'folder'> = {}) {
  const folder = join(await temporaryFolder(), 'export')
  await mkdir(folder)
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(content))
  const library = {
    dataset: () => Promise.reject(new Error('not asked')),
    model: async (id: string) => known.find((model) => model.id === id) ?? Promise.reject(new Error(`no ${id}`)),
    models: async () => known,
    rowsFile: () => '',
    wordListFile: () => null,
  }
  return createTrainedModels({ workspace: { runs: '/runs' }, library }).ofExport({ folder, ...asked })
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

  it('is known by its name on a hub, without the owner, as PEFT and AdapterHub write it', async () => {
    const known = [model('bert-base-uncased', 'a')]
    for (const config of [
      { peft_type: 'LORA', base_model_name_or_path: 'google-bert/bert-base-uncased' },
      { config: {}, model_name: 'bert-base-uncased' },
    ]) {
      const { modelFolder, problem } = await exportWith({ 'adapter_config.json': config }, known)
      expect([modelFolder, problem]).toEqual(['/models/bert-base-uncased', undefined])
    }
  })

  it('is the one that the person names, whatever the adapter says', async () => {
    const known = [model('mine', 'a')]
    const config = { 'adapter_config.json': { base_model_name_or_path: '/tmp/gone' } }
    expect(await exportWith(config, known, { modelId: 'mine' })).toMatchObject({ modelFolder: '/models/mine' })
    expect((await failureOf(exportWith(config, known))).code).toBe('model-missing')
  })

  it("is told in Fino's own format, with the problem; a whole model needs none", async () => {
    const problem = { kind: 'multi-label', labels: ['a'], separator: '|' } as const
    const own = { format: 'fino', problem, base: { name: 'mine', sha256: 'a' } }
    expect(await exportWith({ 'fino.json': own }, [model('mine', 'a')])).toMatchObject({
      ...{ modelFolder: '/models/mine', problem },
    })
    const whole = { format: 'hugging-face', base: { name: 'mine', sha256: 'a' } }
    expect(await exportWith({ 'fino.json': whole }, [])).toMatchObject({ modelFolder: null })
  })

  it('is asked for the problem that a person names, unless it names its own', async () => {
    const known = [model('mine', 'a')]
    const problem: Problem = { kind: 'single-label', labels: ['no', 'yes'] }
    const fromElsewhere = { 'adapter_config.json': { base_model_name_or_path: 'mine' } }
    expect(await exportWith(fromElsewhere, known, { problem })).toMatchObject({ problem })
    const own = { 'fino.json': { format: 'fino', problem, base: { name: 'mine', sha256: 'a' } } }
    const failure = await failureOf(exportWith(own, known, { problem: { kind: 'regression', mean: 0, deviation: 1 } }))
    expect(failure.code).toBe('task-unsupported')
    expect(failure.message).toContain('says itself what it answers')
  })
})
