import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { type RunningPostgres, startPostgres } from '../scripts/postgres/launch.ts'
import { stopUnlessUsed } from '../scripts/postgres/usage.ts'

/** Followed by the pid of the test run and something random. */
const DIRECTORY = /^carriergraph-test-(\d+)-/

/** Nothing here has to survive a crash, so nothing waits for the disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // A pool per tenant and service, in two workers, with whole graphs among the tests.
  max_connections: '300',
  shared_preload_libraries: 'pg_stat_statements',
  // The statements of all databases that stand at once, with much to spare: what does not fit pushes others' counts out.
  'pg_stat_statements.max': '50000',
}

type Settings = Readonly<Record<string, string>>

const dataDirOf = (directory: string) => path.join(directory, 'postgres')

/** For a server of one's own, and found by `removeAbandonedServers` when this process is killed. */
export async function makeDirectory(): Promise<string> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), `carriergraph-test-${process.pid}-`))
  // The server's unprivileged user has to get through to the cluster when root runs the tests.
  await fs.chmod(directory, 0o711)
  return directory
}

/** What `makeDirectory` made, with the server's data, wherever they lie. The server must have stopped. */
export async function removeDirectory(directory: string): Promise<void> {
  // The data lies elsewhere when the directory for temporary files is root's own.
  const place = await fs.realpath(dataDirOf(directory)).catch(() => directory)
  for (const gone of [place, directory]) await fs.rm(gone, { recursive: true, force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function removeAbandoned(directory: string): Promise<void> {
  const { uid } = await fs.stat(directory)
  if (uid !== process.getuid?.()) return
  await stopUnlessUsed(dataDirOf(directory))
  await removeDirectory(directory)
}

/** Stops and removes what test runs of this user left in `parent` that were killed before their teardown. */
export async function removeAbandonedServers(parent = os.tmpdir()): Promise<void> {
  for (const name of await fs.readdir(parent)) {
    const pid = Number(DIRECTORY.exec(name)?.[1] ?? process.pid)
    if (isAlive(pid)) continue
    // Another run may be at the same work; what neither manages is no reason to fail this one.
    await removeAbandoned(path.join(parent, name)).catch(() => undefined)
  }
}

export interface ThrowAwayServer {
  /** For the superuser. */
  url: string
  /** Stops the server and leaves nothing of it on the disk. */
  remove(): Promise<void>
}

async function launch(dataDir: string, settings: Settings): Promise<RunningPostgres> {
  const password = randomBytes(16).toString('hex')
  const server = await startPostgres({ dataDir, password, settings: { ...SETTINGS, ...settings } })
  const sql = postgres(server.url(), { max: 1 })
  await sql`create extension pg_stat_statements`
  await sql.end()
  return server
}

/**
 * A PostgreSQL with an empty cluster, made for speed. `pg_stat_statements` counts the statements of all its databases.
 * `settings` go before those that it has otherwise.
 */
export async function startThrowAwayServer(settings: Settings = {}): Promise<ThrowAwayServer> {
  const directory = await makeDirectory()
  try {
    const server = await launch(dataDirOf(directory), settings)
    const remove = async () => {
      await server.stop()
      await removeDirectory(directory)
    }
    return { url: server.url(), remove }
  } catch (error) {
    await removeAbandoned(directory)
    throw error
  }
}
