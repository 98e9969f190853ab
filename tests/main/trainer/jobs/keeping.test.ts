import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isKept, keptName } from '../../../../src/main/files/kept-outputs'
import type { Material } from '../../../../src/main/trainer/contract'
import type { JobContext } from '../../../../src/main/trainer/jobs/context'
import { createFileStore, originOf } from '../../../../src/main/trainer/jobs/keeping'
import { dataCost } from '../../../../src/main/trainer/jobs/lengths'
import { trainRun } from '../../../../src/main/trainer/jobs/train'
import { keptPart } from '../../../../src/shared/kept-part'
import type { Recipe } from '../../../../src/shared/recipe'
import { startBackend } from '../../../support/backend'
import { tinyProjectRecipe, writeTinyProject } from '../../../support/tiny-project'

let folder: string
let material: Material
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fino-keeping-'))
  await startBackend('cpu')
  material = await writeTinyProject(folder)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What a run learnt and how it was scored, to the bit. */
async function scoresOf(recipe: Recipe, keptFolder?: string) {
  const losses: number[] = []
  const context: JobContext = {
    stop: { requested: null },
    progress: (_, points) => losses.push(...points.map(({ value }) => value)),
    counted: () => {},
    checkpoint: () => {},
    flush: () => {},
    breathe: async () => {},
  }
  const input = { material, recipe, runFolder: join(folder, 'run'), resume: false }
  const { result, testRows } = await trainRun({ ...input, ...(keptFolder && { keptFolder }) }, context)
  return { losses, test: result.test, validation: result.validation, testRows }
}

const files = async (kept: string) => (await readdir(kept)).sort()

test.each([
  ['head-only', {}],
  ['feature-based', {}],
  ['lora', { upperLayers: 1 }],
] as const)(
  '%s has the same numbers with what is kept and without, and the second run finds all',
  async (id, options) => {
    const kept = join(folder, `kept-${id}`)
    const recipe = tinyProjectRecipe(id, { options, epochs: 2 })
    const alone = await scoresOf(recipe)
    expect(await scoresOf(recipe, kept)).toEqual(alone)
    const written = await files(kept)
    expect(written).toHaveLength(3)
    expect(await scoresOf(recipe, kept)).toEqual(alone)
    expect(await files(kept)).toEqual(written)
  },
)

test('strategies share what they can: head-only and feature-based need one pass together', async () => {
  const kept = join(folder, 'shared')
  await scoresOf(tinyProjectRecipe('feature-based'), kept)
  const written = await files(kept)
  const recipe = tinyProjectRecipe('head-only', { batchSize: 7, epochs: 2 })
  expect(await scoresOf(recipe, kept)).toEqual(await scoresOf(recipe))
  expect(await files(kept)).toEqual(written)
})

test('what the data costs names what is kept, so that a quote can look for it', async () => {
  const kept = join(folder, 'named')
  const recipe = tinyProjectRecipe('head-only', { epochs: 1 })
  await scoresOf(recipe, kept)
  const context = { stop: { requested: null }, breathe: async () => {} } as unknown as JobContext
  const { config, ...splits } = (await dataCost({ material, recipe }, context)).hashes
  const { weights, backend } = await originOf(material.modelFolder, 'wasm')
  const names = Object.values(splits).map((texts) =>
    keptName({ weights, config, backend, part: keptPart(null), texts }),
  )
  expect((await files(kept)).sort()).toEqual(names.map((name) => `${name}.f32`).sort())
  expect(names.every((name) => isKept(kept, name))).toBe(true)
  expect(isKept(kept, 'other')).toBe(false)
})

test('another model, another config, other texts or another backend find nothing', async () => {
  const kept = join(folder, 'origins')
  const origin = await originOf(material.modelFolder, 'wasm')
  const name = { part: 'texts', texts: [Int32Array.of(1, 2), Int32Array.of(3)] }
  const writer = await createFileStore(kept, origin, () => {}).create(name, 1)
  await writer?.write(0, Float32Array.of(7))
  const values = await writer?.finish()
  values?.release()
  const find = (other: typeof origin, texts = name.texts) =>
    createFileStore(kept, other, () => {}).find({ ...name, texts }, 1)
  expect(await find(origin)).not.toBeNull()
  expect(await find({ ...origin, backend: 'tensorflow' })).toBeNull()
  expect(await find({ ...origin, weights: 'x' })).toBeNull()
  expect(await find(origin, [Int32Array.of(1), Int32Array.of(2, 3)])).toBeNull()
  const config = join(material.modelFolder, 'config.json')
  const before = await readFile(config, 'utf8')
  await writeFile(config, `${before} `)
  expect(await find(await originOf(material.modelFolder, 'wasm'))).toBeNull()
  await writeFile(config, before)
})

test('where files cannot be written, memory keeps them, and the log says so', async () => {
  const blocked = join(folder, 'blocked')
  await writeFile(blocked, 'a file in the way')
  const said: string[] = []
  const store = createFileStore(blocked, await originOf(material.modelFolder, 'wasm'), (line) => said.push(line))
  expect(await store.find({ part: 'texts', texts: [] }, 2)).toBeNull()
  expect(await store.create({ part: 'texts', texts: [] }, 2)).not.toBeNull()
  expect(await store.create({ part: 'texts', texts: [] }, 1e9)).toBeNull()
  expect(said).toEqual([
    'texts of 0 texts (0 MB): no room on the disk, kept in memory',
    'texts of 0 texts (4000 MB): no room on the disk, not kept',
  ])
})
