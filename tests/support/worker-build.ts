/** The worker as a bundle, built as the application builds it, for tests that fork a real one. */
import { mkdtemp, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '..', '..')

export interface BuiltWorker {
  readonly file: string
  remove(): Promise<void>
}

/** Inside the checkout, where its packages are found; about a second. */
export async function buildWorker(): Promise<BuiltWorker> {
  const folder = await mkdtemp(resolve(root, 'node_modules', '.worker-'))
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      rollupOptions: {
        input: resolve(root, 'src/main/trainer/worker.ts'),
        output: { entryFileNames: 'worker.mjs' },
      },
    },
  })
  return { file: resolve(folder, 'worker.mjs'), remove: () => rm(folder, { recursive: true, force: true }) }
}
