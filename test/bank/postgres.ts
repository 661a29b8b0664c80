import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { type RunningPostgres, type StartOptions, startPostgres } from '../../scripts/postgres/launch.ts'
import { poll } from '../../scripts/postgres/poll.ts'

/**
 * Every setting that says what a commit means is PostgreSQL's own: fsync, synchronous_commit and full_page_writes are on.
 * The rest makes sure that what was committed without waiting for the disk is nowhere but in shared memory for a while,
 * so that killing the server loses it: nobody else writes the log on.
 */
const SETTINGS = {
  max_connections: '100',
  wal_buffers: '64MB',
  wal_writer_delay: '10s',
  wal_writer_flush_after: '1GB',
  bgwriter_lru_maxpages: '0',
  checkpoint_timeout: '1h',
  max_wal_size: '4GB',
  // Where locks are taken away, batches meet in any order; they shall not spend the test waiting for each other.
  deadlock_timeout: '50ms',
  // One call in place of one for each file: recovery is what most of a restart waits for.
  ...(process.platform === 'linux' && { recovery_init_sync_method: 'syncfs' }),
}

const GONE_DEADLINE_MS = 30_000

/** Whom of the server's processes SIGKILL hits. Any of them is the end of the server's memory. */
export type Victim = 'every process' | 'postmaster' | 'a backend'

/** A PostgreSQL that can be killed and started again on the same port. */
export class KillablePostgres implements AsyncDisposable {
  readonly #options: StartOptions
  #running: RunningPostgres

  private constructor(options: StartOptions, running: RunningPostgres) {
    this.#options = options
    this.#running = running
  }

  static async start(place: { dataDir: string; port: number; password: string }): Promise<KillablePostgres> {
    const options = { ...place, settings: SETTINGS }
    return new KillablePostgres(options, await startPostgres(options))
  }

  /** For the superuser. */
  url(database?: string): string {
    return this.#running.url(database)
  }

  /** SIGKILL at this very moment, and the server started again. Recovery is PostgreSQL's own. */
  async killAndRestart(victim: Victim): Promise<void> {
    const { pid } = this.#running
    if (victim === 'a backend') {
      // The postmaster takes the memory for damaged, ends all the others by SIGQUIT and recovers by itself.
      killOne(backendsOf(pid))
      return
    }
    // Stopped first: it must neither start others nor end them in a gentler way than this one.
    process.kill(pid, 'SIGSTOP')
    if (victim === 'every process') for (const child of childrenOf(pid)) kill(child)
    kill(pid)
    const { isRunning } = this.#running
    const isGone = await poll(async () => !(await isRunning()) || undefined, GONE_DEADLINE_MS)
    if (!isGone) throw new Error(`PostgreSQL (pid ${pid}) outlived SIGKILL.`)
    this.#running = await startPostgres(this.#options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#running.stop()
  }
}

function killOne(pids: readonly number[]): void {
  const [pid] = pids
  if (pid !== undefined) kill(pid)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // Gone meanwhile is as good.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

type Process = { readonly pid: number; readonly parent: number; readonly command: string }

const childrenOf = (parent: number): number[] => processes().flatMap((each) => (each.parent === parent ? each.pid : []))

/** Those that serve a client of payments: `postgres: payments payments 127.0.0.1(4711) idle`. */
const backendsOf = (parent: number): number[] =>
  processes().flatMap((each) => (each.parent === parent && each.command.includes('127.0.0.1(') ? each.pid : []))

function processes(): Process[] {
  if (process.platform !== 'linux')
    return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .map(([pid, parent, ...command]) => ({ pid: Number(pid), parent: Number(parent), command: command.join(' ') }))
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      // The parent follows the program's name, which may itself contain blanks and parentheses.
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      return { pid: Number(name), parent, command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }
    } catch {
      // Gone meanwhile.
      return []
    }
  })
}
