import type { Config } from 'drizzle-kit'

/**
 * What every `drizzle.config.ts` exports: `export default drizzleConfig()`. Paths are relative to that file's folder,
 * from which drizzle-kit is run. `src/db/schema.ts` re-exports the subgraph's tables and the shared ones:
 *
 *     export * from '@carriergraph/shared/bus/tables.ts'
 *     export * from '@carriergraph/shared/journal/table.ts'
 */
export function drizzleConfig({ schema = './src/db/schema.ts', out = './migrations' } = {}) {
  return { dialect: 'postgresql', schema, out, breakpoints: true } satisfies Config
}
