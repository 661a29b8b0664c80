import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{gateway,subgraphs,scripts,test}/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    exclude: ['**/node_modules/**', '.carriergraph/**'],
    // Two cores: more workers only fight over them.
    maxWorkers: 2,
    // Generous, so that a loaded machine is slow and never red.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
