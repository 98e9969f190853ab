/** A run on the backend webgpu from beginning to end in a real worker: stopped, resumed, exported, asked, and its process gone. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBackend } from '../../support/backend'
import { softwareCardEnvironment, softwareCardMissing } from '../../support/software-card'
import { tinyProjectRecipe, writeTinyProject } from '../../support/tiny-project'
import { type BuiltWorker, buildWorker } from '../../support/worker-build'
import { startWorkerClient } from '../../support/worker-client'

describe.skipIf(softwareCardMissing)('on SwiftShader (skipped where Chromium is missing)', () => {
  let built: BuiltWorker
  let folder: string
  beforeAll(async () => {
    built = await buildWorker()
    folder = await mkdtemp(join(tmpdir(), 'fino-webgpu-'))
    await startBackend('cpu')
  })
  afterAll(async () => {
    await built.remove()
    await rm(folder, { recursive: true, force: true })
  })

  it('trains, stops, goes on, answers, and leaves', async () => {
    const material = await writeTinyProject(folder)
    const client = startWorkerClient(built.file, { ...process.env, ...softwareCardEnvironment })
    const recipe = tinyProjectRecipe('lora', { epochs: 2, batchSize: 18, backend: 'webgpu' })
    const input = { material, recipe, runFolder: join(folder, 'run'), resume: false }
    let stopped = false
    const first = await client.run('train', input, (message, ask) => {
      if (message.kind !== 'progress' || stopped || !message.points.some(({ name }) => name === 'train/loss')) return
      stopped = true
      ask('stop')
    })
    expect(first.result.stoppedBecause).toBe('asked')
    const { result, backend, device } = await client.run('train', { ...input, resume: true })
    expect(backend).toBe('webgpu')
    expect(device).toContain('in software')
    expect(result.steps).toBeGreaterThan(first.result.steps)
    expect(result.stoppedBecause).not.toBe('asked')
    const { problem, modelFolder } = material
    const trained = { kind: 'run', runFolder: input.runFolder, recipe, modelFolder, problem } as const
    const answers = await client.run('predict-texts', { trained, texts: ['late and lost'], backend: 'webgpu' })
    expect(answers).toHaveLength(1)
    await client.end()
    expect(client.process.exitCode).toBe(0)
  }, 300_000)
})
