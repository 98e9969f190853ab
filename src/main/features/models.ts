/** Base models: the starter that ships with Fino, and folders that a person added. */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve as resolvePath } from 'node:path'
import { Failure } from '../../shared/failure'
import type { Model, ModelOrigin } from '../../shared/model'
import { findResources } from '../files/resources'
import type { Workspace } from '../files/workspace'
import type { Database } from '../store/database'
import { createModelStore, type StoredModel } from '../store/models'
import type { Trainer } from '../trainer/trainer'
import type { Publish } from './publish'

export interface Models {
  /** The starter first, then in the order added. A folder that has gone stays listed until it is removed. */
  list(): Promise<Model[]>
  /** Fails with `not-found`, or with `model-missing` or `model-malformed` where the folder is gone or has changed. */
  get(input: { id: string }): Promise<Model>
  /** Adds a folder, or brings the facts of one that was added before up to date. */
  add(input: FolderToAdd): Promise<Model>
  /** Forgets a model; its folder stays, unless Fino made it. The starter cannot be removed (`forbidden`). */
  remove(input: { id: string }): Promise<void>
  /** `starter`, an id, or a folder, which is added where it is new. */
  resolve(reference: string): Promise<Model>
}

interface FolderToAdd {
  folder: string
  name?: string | undefined
  /** Of one that Fino adapted. */
  origin?: ModelOrigin | null
}

export const starterId = 'starter'

export function createModels({
  database,
  trainer,
  publish,
  starterFolder = findResources().starterFolder,
  workspace,
}: {
  database: Database
  trainer: Pick<Trainer, 'run'>
  publish: Publish
  starterFolder?: string
  /** Holds the models that Fino made. */
  workspace?: Pick<Workspace, 'models'>
}): Models {
  const store = createModelStore(database)

  async function register(folder: string, known: Pick<Model, 'id' | 'name' | 'source' | 'origin'>): Promise<Model> {
    const signature = await signFolder(folder)
    const facts = await trainer.run('describe-model', { modelFolder: folder })
    const model: Model = { ...known, folder, ...facts }
    store.put({ model, signature, addedAt: store.find(known.id)?.addedAt ?? new Date().toISOString() })
    publish('models:changed', null)
    return model
  }

  /** Described once, and again when Fino was updated or moved. */
  async function registerStarter(): Promise<Model | undefined> {
    const known = store.find(starterId)
    if (!existsSync(join(starterFolder, 'config.json'))) return known?.model
    if (known?.model.folder === starterFolder && known.signature === (await signFolder(starterFolder)))
      return known.model
    return register(starterFolder, { id: starterId, name: 'Starter', source: 'starter', origin: null })
  }

  async function checked({ model, signature }: StoredModel): Promise<Model> {
    if ((await signFolder(model.folder)) === signature) return model
    // Copied or touched files have new times; only other contents are another model.
    const facts = await trainer.run('describe-model', { modelFolder: model.folder })
    if (facts.contentHash === model.contentHash) return register(model.folder, model)
    throw new Failure(
      'model-malformed',
      `The files of "${model.name}" in ${model.folder} have changed since it was added. Add the folder again to use what is there now.`,
      { modelId: model.id, folder: model.folder },
    )
  }

  async function get({ id }: { id: string }): Promise<Model> {
    if (id === starterId) {
      const starter = await registerStarter()
      if (starter !== undefined && existsSync(starter.folder)) return starter
      throw new Failure('model-missing', `The starter model is missing from ${starterFolder}. Install Fino again.`, {
        folder: starterFolder,
      })
    }
    const stored = store.find(id)
    if (stored !== undefined) return checked(stored)
    throw new Failure('not-found', `There is no model ${id}. \`fino models\` lists those there are.`, { modelId: id })
  }

  async function add({ folder, name, origin = null }: FolderToAdd): Promise<Model> {
    const path = await modelFolder(folder)
    if (path === (await realpath(starterFolder).catch(() => undefined))) return get({ id: starterId })
    const known = store.findByFolder(path)?.model
    await refuseOtherFolders(path)
    const added = known ?? { id: randomUUID(), name: name ?? basename(path), source: 'folder' as const, origin }
    return register(path, { ...added, origin: origin ?? added.origin })
  }

  return {
    async list() {
      // A starter that cannot be loaded must not hide the others; asking for it tells what is wrong.
      const starter = await registerStarter().catch((thrown: unknown) => {
        if (!(thrown instanceof Failure)) throw thrown
      })
      return store.list().flatMap(({ model }) => (model.id === starterId && starter === undefined ? [] : [model]))
    },
    get,
    add,
    async remove({ id }) {
      if (id === starterId) throw new Failure('forbidden', 'The starter model is part of Fino and cannot be removed.')
      const stored = store.find(id)
      if (stored === undefined) throw new Failure('not-found', `There is no model ${id}.`, { modelId: id })
      const runs = store.countActiveRuns(id)
      if (runs > 0) {
        throw new Failure(
          'run-state',
          `"${stored.model.name}" is in use by ${runs === 1 ? 'a run' : `${runs} runs`} under way. Stop ${runs === 1 ? 'it' : 'them'} first.`,
          { modelId: id, runs },
        )
      }
      store.remove(id)
      const { folder } = stored.model
      if (workspace && dirname(folder) === (await realpath(workspace.models).catch(() => undefined)))
        await rm(folder, { recursive: true, force: true })
      publish('models:changed', null)
    },
    async resolve(reference) {
      if (reference === starterId || store.find(reference) !== undefined) return get({ id: reference })
      const path = resolvePath(reference)
      const isFolder = await stat(path).then(
        (found) => found.isDirectory(),
        () => false,
      )
      if (isFolder) {
        const known = store.findByFolder(await realpath(path))
        return known === undefined ? add({ folder: path }) : checked(known)
      }
      throw new Failure(
        'model-missing',
        `"${reference}" is neither "starter", nor the id of a model, nor a folder. \`fino models\` lists the models there are.`,
        { model: reference },
      )
    },
  }
}

/** The real path, so that one folder is one model however it is written. */
async function modelFolder(folder: string): Promise<string> {
  const path = resolvePath(folder)
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return realpath(path)
  throw new Failure(
    'model-missing',
    found === undefined
      ? `There is no folder ${path}. Check the name, and that its disk is connected.`
      : `${path} is a file. Choose the folder that holds config.json and model.safetensors.`,
    { folder: path },
  )
}

/** Folders that people take for a model's, with where it is instead. Anything else is for the worker to judge. */
async function refuseOtherFolders(folder: string): Promise<void> {
  const names = await readdir(folder)
  if (names.includes('config.json')) return
  if (names.includes('adapter_config.json')) {
    throw new Failure(
      'model-unsupported',
      `${folder} holds an adapter, not a base model. Add the folder of the model that the adapter was trained on.`,
      { folder },
    )
  }
  const quantised = names.find((name) => name.toLowerCase().endsWith('.gguf'))
  if (quantised !== undefined) {
    throw new Failure(
      'model-unsupported',
      `${join(folder, quantised)} is made for answering, not for training. Add the folder of the model that it was ` +
        'made from, with config.json and model.safetensors.',
      { folder },
    )
  }
  const inside = names.filter((name) => existsSync(join(folder, name, 'config.json')))
  if (inside.length > 0) {
    throw new Failure(
      'model-malformed',
      `${folder} is not a model's folder, but holds ${inside.slice(0, 5).join(', ')}. Add ${join(folder, inside[0] ?? '')}.`,
      { folder },
    )
  }
}

/** Changes when any file of the folder does; cheap, because nothing is read. */
async function signFolder(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => {
    throw new Failure(
      'model-missing',
      `The model folder ${folder} is gone. Put it back, or remove the model and add it where it is now.`,
      { folder },
    )
  })
  const hash = createHash('sha256')
  for (const name of names.sort()) {
    const { size, mtimeMs } = await stat(join(folder, name))
    hash.update(`${name}\0${size}\0${mtimeMs}\n`)
  }
  return hash.digest('hex')
}
