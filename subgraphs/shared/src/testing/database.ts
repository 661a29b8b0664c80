import { inject } from 'vitest'
import './provided.ts'
import { cloneTemplate, type Migrate } from './template.ts'

export interface TestDatabase extends AsyncDisposable {
  /** What a service gets as its DATABASE_URL: not a superuser, so that row-level security holds. */
  url: string
  /** For DDL in a test: the role that owns database and tables. A service owns its database, so today it is `url`'s. */
  ownerUrl: string
  /** Cuts off whoever is still connected; may be called twice. `await using` calls it. */
  drop(): Promise<void>
}

/**
 * A database of one's own within milliseconds. The first call for a `name` in a test run builds a template by running
 * `migrate` on an empty database, as its owner; every call clones it. So `name` stands for what `migrate` makes: two
 * different migrations need two names. Settings made by `alter database … set` are not cloned.
 *
 *     await using database = await createTestDatabase({ name: 'billing', migrate })
 */
export async function createTestDatabase(options: { name: string; migrate?: Migrate }): Promise<TestDatabase> {
  const { url, drop } = await cloneTemplate({
    serverUrl: inject('postgresUrl'),
    runId: inject('testRunId'),
    ...options,
  })
  return { url, ownerUrl: url, drop, [Symbol.asyncDispose]: drop }
}
