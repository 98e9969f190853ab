/** Chooses what a test computes with. `cpu` is tfjs' plain JavaScript, the same on every machine; the others are Fino's own. */
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll } from 'vitest'
import { findAcceleration } from '../../src/main/devices/acceleration/install'
import { startBackend as startRealBackend } from '../../src/main/devices/start-backend'
import { defaultHome, workspaceAt } from '../../src/main/files/workspace'
import { offerSoftwareCard } from './software-card'

export type TestBackend = 'cpu' | 'wasm' | 'tensorflow' | 'webgpu'

/** At the top of a test file: runs before its tests. */
export function useBackend(id: TestBackend): void {
  beforeAll(() => startBackend(id))
}

/** For hooks, and for tests that compare backends with each other. */
export async function startBackend(id: TestBackend = 'cpu'): Promise<void> {
  if (id === 'cpu') {
    tf.env().set('PROD', true)
    await tf.setBackend('cpu')
  } else {
    if (id === 'webgpu') offerSoftwareCard()
    await startRealBackend(id)
  }
}

/** Null where the tensorflow backend can run; else why a test is skipped. */
export const tensorflowMissing: string | null = findAcceleration(workspaceAt(defaultHome()).acceleration)
  ? null
  : 'the tensorflow backend is not installed (fino accelerate, or FINO_HOME pointing to where it is)'

/** The backends that can run here, but for webgpu, which tests without a card name where they can wait for it. */
export const testBackends: readonly TestBackend[] = tensorflowMissing ? ['cpu', 'wasm'] : ['cpu', 'wasm', 'tensorflow']
