import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    exclude: ['tests/e2e/**', 'node_modules/**'],
    globalSetup: ['tests/support/build-once.ts'],
    reporters: ['default', './tests/support/count-laws.ts', './tests/support/count-tests.ts'],
    // Native addons (SQLite, tokenizers, TensorFlow) want processes of their own, not threads.
    pool: 'forks',
    // Whole names in titles: the laws are counted by them.
    taskTitleValueFormatTruncate: 120,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
