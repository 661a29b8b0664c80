import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { cloneTemplate } from '@carriergraph/shared/testing/template.ts'
import postgres from 'postgres'
import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import { isRunning } from '../scripts/postgres/postmaster.ts'
import setup from './global-setup.ts'
import { removeAbandonedServers } from './throw-away-server.ts'

afterEach(() => vi.unstubAllEnvs())

async function runSetup() {
  const provided: Record<string, string> = {}
  const teardown = await setup({ provide: (key, value) => Object.assign(provided, { [key]: value }) })
  return { url: provided.postgresUrl ?? '', runId: provided.testRunId ?? '', teardown }
}

async function withServer<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1 })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

const exists = (file: string) =>
  fs.access(file).then(
    () => true,
    () => false,
  )

describe('a test run', () => {
  it('has a server of its own that counts statements, waits for no disk and is gone afterwards', async () => {
    vi.stubEnv('TEST_DATABASE_URL', undefined)
    const { url, teardown } = await runSetup()
    const directory = await withServer(url, async (sql) => {
      const [settings] = await sql`
        select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous,
          current_setting('full_page_writes') as full_pages, current_setting('max_connections') as connections`
      expect(settings).toEqual({ fsync: 'off', synchronous: 'off', full_pages: 'off', connections: '300' })
      const [counted] = await sql`select sum(calls)::int > 0 as some from pg_stat_statements`
      expect(counted).toEqual({ some: true })
      const [row] = await sql<{ data_directory: string }[]>`show data_directory`
      return row?.data_directory ?? ''
    })
    await teardown()
    expect(await exists(directory)).toBe(false)
    await expect(withServer(url, (sql) => sql`select 1`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('uses the server that TEST_DATABASE_URL names and takes only its own databases away', async () => {
    const serverUrl = inject('postgresUrl')
    vi.stubEnv('TEST_DATABASE_URL', serverUrl)
    const { url, runId, teardown } = await runSetup()
    expect(url).toBe(serverUrl)
    await cloneTemplate({ serverUrl, runId, name: 'foreign' })
    const remaining = () =>
      withServer(serverUrl, (sql) => sql`select from pg_database where starts_with(datname, ${`test_${runId}`})`)
    expect(await remaining()).toHaveLength(2)
    await teardown()
    expect(await remaining()).toHaveLength(0)
  })

  it('removes the server of a run that was killed before its teardown, and leaves those of living runs', async () => {
    const dead = spawn('true')
    await once(dead, 'exit')
    // Not in the directory that a test run beside this one sweeps when it starts.
    const parent = await fs.mkdtemp(path.join(os.tmpdir(), 'carriergraph-sweep-'))
    await fs.chmod(parent, 0o711)
    const [abandoned, living] = await Promise.all(
      [dead.pid, process.pid].map((pid) => fs.mkdtemp(path.join(parent, `carriergraph-test-${pid}-`))),
    )
    if (!abandoned || !living) throw new Error('two directories were asked for')
    await fs.chmod(abandoned, 0o711)
    const dataDir = path.join(abandoned, 'postgres')
    const script = `import { startPostgres } from ${JSON.stringify(path.resolve(import.meta.dirname, '../scripts/postgres/launch.ts'))}
      console.log((await startPostgres({ dataDir: process.argv[1], password: 'x', settings: { fsync: 'off' } })).pid)
      process.kill(process.pid, 'SIGKILL')`
    const run = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [pid] = await once(run.stdout, 'data')
    await once(run, 'exit')
    expect(await isRunning(Number(pid), dataDir)).toBe(true)

    await removeAbandonedServers(parent)
    expect(await isRunning(Number(pid), dataDir)).toBe(false)
    expect([await exists(abandoned), await exists(living)]).toEqual([false, true])
    await fs.rm(parent, { recursive: true })
  })
})
