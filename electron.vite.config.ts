import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const at = (path: string) => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    build: {
      rollupOptions: {
        input: {
          index: at('src/main/index.ts'),
          cli: at('src/main/cli.ts'),
          worker: at('src/main/trainer/worker.ts'),
          bench: at('src/main/trainer/jobs/bench/bench.ts'),
        },
      },
    },
  },
  preload: { build: { rollupOptions: { input: { index: at('src/preload/index.ts') } } } },
  renderer: {
    root: at('src/renderer'),
    plugins: [react()],
    build: { minify: true, rollupOptions: { input: { index: at('src/renderer/index.html') } } },
  },
})
