/** What this machine can compute with, and the acceleration that makes it faster. */
import { cpus, freemem, totalmem } from 'node:os'
import { type AccelerationBuild, accelerationBuildSchema, type DoctorReport } from '../../shared/device'
import { Failure, toFailureRecord } from '../../shared/failure'
import { findAcceleration, installAcceleration, removeAcceleration } from '../devices/acceleration/install'
import { downloadBytes, releaseFor } from '../devices/acceleration/release'
import { findCards } from '../devices/nvidia'
import { clearKeptOutputs, keptOutputsSize } from '../files/kept-outputs'
import type { Workspace } from '../files/workspace'
import { freeDiskBytes } from '../files/write-failure'
import type { Backends } from './backends'
import type { Publish } from './publish'

export interface Devices {
  doctor(): Promise<DoctorReport>
  /** Drops what frozen layers said of texts: later runs compute it again. */
  clearKept(): Promise<void>
  /** Resolves when it is installed; one installation at a time. `from`: wheels already on disk. */
  accelerate(input?: { build?: AccelerationBuild | undefined; from?: string | undefined }): Promise<void>
  cancelAcceleration(): void
  isInstalling(): boolean
  /** True where something was there to remove. */
  removeAcceleration(): Promise<boolean>
}

export function createDevices({
  workspace,
  backends,
  version,
  publish,
}: {
  workspace: Pick<Workspace, 'home' | 'acceleration' | 'keptOutputs'>
  backends: Backends
  version: string
  publish: Publish
}): Devices {
  let installing: AbortController | undefined

  function refuseWhileInstalling(): void {
    if (installing === undefined) return
    throw new Failure('acceleration-failed', 'The acceleration is being installed already. Wait for it, or cancel it.')
  }

  return {
    async doctor() {
      return {
        backends: await backends.measure(),
        node: process.version,
        home: workspace.home,
        memoryBytes: memoryBytes(),
        freeMemoryBytes: freeMemoryBytes(),
        keptBytes: (await keptOutputsSize(workspace.keptOutputs)).byteLength,
        freeDiskBytes: (await freeDiskBytes(workspace.home)) ?? 0,
        processor: cpus()[0]?.model.trim() ?? 'unknown',
        platform: `${process.platform} ${process.arch}`,
        version,
        cards: await findCards(),
        acceleration: findAcceleration(workspace.acceleration)?.build ?? null,
        downloads: downloadsHere(),
      }
    },

    clearKept: () => clearKeptOutputs(workspace.keptOutputs),

    async accelerate({ build = 'cpu', from } = {}) {
      refuseWhileInstalling()
      installing = new AbortController()
      try {
        await installAcceleration({
          folder: workspace.acceleration,
          build,
          from,
          signal: installing.signal,
          onProgress: (progress) => publish('devices:acceleration', { progress, failure: null }),
        })
        backends.forget()
      } catch (thrown) {
        const failure = toFailureRecord(thrown)
        publish('devices:acceleration', { progress: null, failure: failure.code === 'cancelled' ? null : failure })
        throw thrown
      } finally {
        installing = undefined
      }
    },

    cancelAcceleration: () => installing?.abort(),
    isInstalling: () => installing !== undefined,

    async removeAcceleration() {
      refuseWhileInstalling()
      const wasThere = await removeAcceleration(workspace.acceleration)
      backends.forget()
      publish('devices:acceleration', {
        progress: { phase: 'removed', receivedBytes: 0, totalBytes: null },
        failure: null,
      })
      return wasThere
    },
  }
}

/** What each build would download; nothing where none runs on this platform. */
export function downloadsHere(
  platform: string = process.platform,
  architecture: string = process.arch,
): DoctorReport['downloads'] {
  try {
    return accelerationBuildSchema.options.map((build) => {
      const byteLength = downloadBytes(releaseFor(platform, architecture, build).wheels)
      return { build, byteLength }
    })
  } catch {
    return []
  }
}

/** Memory that a new run could use: what the system can free counts, limits of a container too. */
export function freeMemoryBytes(): number {
  return process.availableMemory?.() ?? freemem()
}

function memoryBytes(): number {
  const limit = process.constrainedMemory?.() ?? 0
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}
