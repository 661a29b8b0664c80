import './require-node.ts'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type {} from '@carriergraph/shared/testing/provided.ts'
import { dropRun } from '@carriergraph/shared/testing/template.ts'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { startPostgres } from '../scripts/postgres/launch.ts'

/** Nothing here has to survive a crash, so nothing waits for the disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // A pool per tenant and service, in two workers, with whole graphs among the tests.
  max_connections: '300',
  shared_preload_libraries: 'pg_stat_statements',
}

async function throwAwayServer(): Promise<{ url: string; remove: () => Promise<void> }> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'carriergraph-test-'))
  // The server's unprivileged user has to get through to the cluster when root runs the tests.
  await fs.chmod(directory, 0o711)
  const server = await startPostgres({
    dataDir: path.join(directory, 'postgres'),
    password: randomBytes(16).toString('hex'),
    settings: SETTINGS,
  })
  const sql = postgres(server.url(), { max: 1 })
  // The view shows the statements of all databases: for tests that count what a request costs.
  await sql`create extension pg_stat_statements`
  await sql.end()
  const remove = async () => {
    await server.stop()
    await fs.rm(directory, { recursive: true, force: true })
  }
  return { url: server.url(), remove }
}

/**
 * One PostgreSQL for the whole test run, gone after it. `TEST_DATABASE_URL` (a superuser's) names another server to use;
 * it gets back to where it was.
 */
export default async function setup(project: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  const runId = randomBytes(4).toString('hex')
  const existing = process.env.TEST_DATABASE_URL
  const server = existing ? { url: existing, remove: () => dropRun(existing, runId) } : await throwAwayServer()
  project.provide('postgresUrl', server.url)
  project.provide('testRunId', runId)
  return server.remove
}
