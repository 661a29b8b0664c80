import './require-node.ts'
import { randomBytes } from 'node:crypto'
import type {} from '@carriergraph/shared/testing/provided.ts'
import { dropRun } from '@carriergraph/shared/testing/template.ts'
import type { TestProject } from 'vitest/node'
import { removeAbandonedServers, startThrowAwayServer, type ThrowAwayServer } from './throw-away-server.ts'

async function chooseServer(runId: string): Promise<ThrowAwayServer> {
  const url = process.env.TEST_DATABASE_URL
  if (url) return { url, remove: () => dropRun(url, runId) }
  await removeAbandonedServers()
  return startThrowAwayServer()
}

/**
 * One PostgreSQL for the whole test run, gone after it. `TEST_DATABASE_URL` (a superuser's) names another server to use,
 * from which only what the run created is removed.
 */
export default async function setup(project: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  const runId = randomBytes(4).toString('hex')
  const server = await chooseServer(runId)
  project.provide('postgresUrl', server.url)
  project.provide('testRunId', runId)
  return server.remove
}
