import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createModels } from '../../../src/main/features/models'
import { openDatabase } from '../../../src/main/store/database'
import type { JobContext } from '../../../src/main/trainer/jobs/context'
import { describeModel } from '../../../src/main/trainer/jobs/describe'
import type { Trainer } from '../../../src/main/trainer/trainer'
import { architectures, isDecoder, modelSchema } from '../../../src/shared/model'
import { useBackend } from '../../support/backend'
import { failureOf, temporaryFolder } from '../../support/files'
import { tinyBaseFolder, tinyConfig } from '../../support/tiny-models'
import { createInProcessTrainer } from '../../support/trainer'

async function modelIn(folder: string, weights = 'weights') {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'config.json'), JSON.stringify({ hidden_size: 8, num_hidden_layers: 2 }))
  await writeFile(join(folder, 'model.safetensors'), weights)
  return folder
}

async function setUp({ starter = true } = {}) {
  const home = await temporaryFolder()
  const starterFolder = join(home, 'resources', 'starter')
  if (starter) await modelIn(starterFolder, 'starter weights')
  const database = openDatabase(':memory:')
  const trainer = createInProcessTrainer()
  const changes: string[] = []
  const open = () => createModels({ database, trainer, publish: (name) => changes.push(name), starterFolder })
  return { home, starterFolder, database, trainer, changes, open, models: open() }
}

it('registers the starter once, and again when it was replaced', async () => {
  const { models, open, trainer, starterFolder } = await setUp()
  expect(await models.list()).toEqual([expect.objectContaining({ id: 'starter', source: 'starter', width: 8 })])
  expect(await open().resolve('starter')).toMatchObject({ folder: starterFolder })
  expect(trainer.done).toEqual(['describe-model'])
  const before = (await models.get({ id: 'starter' })).contentHash
  await modelIn(starterFolder, 'better weights')
  expect((await open().get({ id: 'starter' })).contentHash).not.toBe(before)
})

it('is told apart from an added model: cannot be removed, is missing where it is missing', async () => {
  const { models } = await setUp()
  expect((await failureOf(models.remove({ id: 'starter' }))).code).toBe('forbidden')
  const without = (await setUp({ starter: false })).models
  expect(await without.list()).toEqual([])
  const failure = await failureOf(without.resolve('starter'))
  expect(failure.code).toBe('model-missing')
  expect(failure.message).toContain('Install Fino again')
})

it('adds a folder once, however it is written', async () => {
  const { models, home, changes } = await setUp()
  const folder = await modelIn(join(home, 'my-bert'))
  const added = await models.add({ folder })
  expect(added).toMatchObject({ name: 'my-bert', source: 'folder', folder, layers: 2 })
  await symlink(folder, join(home, 'link'))
  expect((await models.add({ folder: join(home, 'my-bert', '..', 'my-bert/') })).id).toBe(added.id)
  expect((await models.add({ folder: join(home, 'link') })).id).toBe(added.id)
  expect((await models.resolve(folder)).id).toBe(added.id)
  expect((await models.resolve(added.id)).folder).toBe(folder)
  expect((await models.list()).map(({ id }) => id)).toEqual(['starter', added.id])
  expect(changes).toContain('models:changed')
})

it('adds a folder that is named for the first time', async () => {
  const { models, home } = await setUp()
  const model = await models.resolve(await modelIn(join(home, 'new')))
  expect((await models.list()).map(({ id }) => id)).toContain(model.id)
})

it('refuses what is no model folder, and keeps nothing of it', async () => {
  const { models, home } = await setUp()
  const missing = await failureOf(models.add({ folder: join(home, 'none') }))
  expect(missing.code).toBe('model-missing')
  expect(missing.message).toContain(join(home, 'none'))
  await writeFile(join(home, 'file'), '')
  expect((await failureOf(models.add({ folder: join(home, 'file') }))).message).toContain('is a file')
  await mkdir(join(home, 'empty'))
  expect((await failureOf(models.add({ folder: join(home, 'empty') }))).code).toBe('model-malformed')
  const unknown = await failureOf(models.resolve('no-such-model'))
  expect(unknown.code).toBe('model-missing')
  expect(unknown.message).toContain('`fino models` lists')
  expect((await failureOf(models.get({ id: 'gone' }))).code).toBe('not-found')
  expect((await models.list()).map(({ id }) => id)).toEqual(['starter'])
})

it('says what another folder is, and where the model is instead', async () => {
  const { models, home } = await setUp()
  const folderWith = async (name: string, file: string) => {
    await mkdir(join(home, name))
    await writeFile(join(home, name, file), '{}')
    return join(home, name)
  }
  const adapter = await failureOf(models.add({ folder: await folderWith('adapter', 'adapter_config.json') }))
  expect(adapter.code).toBe('model-unsupported')
  expect(adapter.message).toContain('holds an adapter, not a base model')
  const gguf = await failureOf(models.add({ folder: await folderWith('gguf', 'llama.Q4.gguf') }))
  expect(gguf.message).toContain('made for answering, not for training')
  const nested = join(home, 'snapshots')
  await modelIn(join(nested, '3f2a'))
  const around = await failureOf(models.add({ folder: nested }))
  expect(around.message).toContain(`Add ${join(nested, '3f2a')}.`)
})

describe('every architecture', () => {
  useBackend('cpu')

  it.each(architectures)('%s is added with what it is made of', async (architecture) => {
    const home = await temporaryFolder()
    const folder = join(home, architecture)
    await mkdir(folder)
    const files = await tinyBaseFolder(architecture)
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
    await writeFile(join(folder, 'vocab.txt'), '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n')
    const describing: Pick<Trainer, 'run'> = {
      run: (async (_name, input) =>
        describeModel(input as { modelFolder: string }, {} as JobContext)) as Trainer['run'],
    }
    const models = createModels({
      database: openDatabase(':memory:'),
      trainer: describing,
      publish() {},
      starterFolder: home,
    })
    const added = await models.add({ folder })
    expect(modelSchema.parse(added)).toEqual(added)
    const { keyValueHeads, headSize } = tinyConfig(architecture)
    expect(added).toMatchObject({ architecture, layers: 2, width: 16, vocabularySize: 60, keyValueHeads, headSize })
    expect(await models.list()).toEqual([added])
    if (isDecoder(architecture) && architecture !== 'gpt2') expect(added.keyValueHeads).toBeLessThan(added.heads)
  })
})

it('says when a folder has gone, and finds it again', async () => {
  const { models, home } = await setUp()
  const folder = await modelIn(join(home, 'my-bert'))
  const { id } = await models.add({ folder })
  await rename(folder, join(home, 'elsewhere'))
  const failure = await failureOf(models.get({ id }))
  expect(failure).toMatchObject({ code: 'model-missing', details: { folder } })
  expect(failure.message).toContain('Put it back')
  expect((await models.list()).map((model) => model.id)).toContain(id)
  await rename(join(home, 'elsewhere'), folder)
  expect((await models.get({ id })).id).toBe(id)
})

it('says when the files have changed, but not when they were only touched', async () => {
  const { models, home } = await setUp()
  const folder = await modelIn(join(home, 'my-bert'))
  const added = await models.add({ folder })
  await utimes(join(folder, 'model.safetensors'), 1, 1)
  expect(await models.get({ id: added.id })).toEqual(added)
  await modelIn(folder, 'other weights')
  const failure = await failureOf(models.get({ id: added.id }))
  expect(failure.code).toBe('model-malformed')
  expect(failure.message).toContain('Add the folder again')
  const again = await models.add({ folder })
  expect(again.id).toBe(added.id)
  expect(again.contentHash).not.toBe(added.contentHash)
  expect(await models.get({ id: added.id })).toEqual(again)
})

it('forgets a model and leaves its folder', async () => {
  const { models, home } = await setUp()
  const folder = await modelIn(join(home, 'my-bert'))
  const { id } = await models.add({ folder })
  await models.remove({ id })
  expect((await models.list()).map((model) => model.id)).toEqual(['starter'])
  expect((await failureOf(models.remove({ id }))).code).toBe('not-found')
  expect((await models.add({ folder })).folder).toBe(folder)
})

it('keeps the others in sight when the starter cannot be loaded', async () => {
  const { models, home, starterFolder } = await setUp()
  const { id } = await models.add({ folder: await modelIn(join(home, 'my-bert')) })
  await rm(join(starterFolder, 'model.safetensors'))
  expect((await models.list()).map((model) => model.id)).toEqual([id])
  const failure = await failureOf(models.get({ id: 'starter' }))
  expect(failure.code).toBe('model-malformed')
  expect(failure.message).toContain('has no model.safetensors')
})
