import { defineConfig } from 'vitest/config'

export default defineConfig({
  // As Node resolves it: Vite would take the ESM copy, while Apollo's CommonJS packages load this one.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['{gateway,subgraphs,scripts,test}/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/property-seed.ts'],
    exclude: ['**/node_modules/**', '.carriergraph/**'],
    // Two cores: more workers only fight over them.
    maxWorkers: 2,
    // Generous, so that a loaded machine is slow and never red.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
})
