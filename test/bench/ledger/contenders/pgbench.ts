import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHistogram } from 'node:perf_hooks'
import { promisify } from 'node:util'
import type { Load } from '../load.ts'
import type { Contender } from './contender.ts'

const run = promisify(execFile)

const CLIENTS = 16
/** More branches than clients, so that not all of them wait for one row. */
const SCALE = 20
const NS_PER_US = 1_000n
/** Of Debian's package, which puts it on no path. */
const DEBIAN = '/usr/lib/postgresql'

/** PostgreSQL's own bench: five statements and a commit, three balances and one row of history, no idempotency. */
export const pgbench: Contender = {
  title: `pgbench tpcb-like, ${CLIENTS} clients, scale ${SCALE}`,
  missing: () => (program() === undefined ? 'there is no pgbench (postgresql-contrib)' : undefined),
  async start(stage) {
    const [pgbench, url] = [program() ?? 'pgbench', new URL(await stage.database('pgbench'))]
    const env = { PATH: process.env.PATH, PGPASSWORD: decodeURIComponent(url.password) }
    const login = ['-h', url.hostname, '-p', url.port, '-U', url.username]
    await run(pgbench, [...login, '-i', '-q', '-s', String(SCALE), 'pgbench'], { env })
    return {
      runsIn: 'elsewhere',
      async load(until) {
        const directory = await mkdtemp(join(tmpdir(), 'carriergraph-pgbench-'))
        try {
          const length = 'calls' in until ? ['-t', String(until.calls)] : ['-T', String(Math.ceil(until.seconds))]
          const log = ['-l', '--log-prefix', join(directory, 'log')]
          const how = ['-n', '-M', 'prepared', '-c', String(CLIENTS), '-j', '2', ...length, ...log]
          const { stdout } = await run(pgbench, [...login, ...how, 'pgbench'], { env })
          return await readLoad(directory, Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]))
        } finally {
          await rm(directory, { recursive: true })
        }
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  },
}

function program(): string | undefined {
  const paths = (process.env.PATH ?? '').split(':')
  const folders = [...paths, ...listed(DEBIAN).map((version) => join(DEBIAN, version, 'bin'))]
  const folder = folders.findLast((path) => listed(path).includes('pgbench'))
  return folder && join(folder, 'pgbench')
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** From its logs, a line a transaction: the third number is how many microseconds it took. */
async function readLoad(directory: string, tps: number): Promise<Load> {
  const latency = createHistogram()
  for (const name of await readdir(directory))
    for (const line of (await readFile(join(directory, name), 'utf8')).trim().split('\n')) {
      const [, , took_us] = line.split(' ')
      latency.record(BigInt(took_us ?? 0) * NS_PER_US || 1n)
    }
  return { transfers: latency.count, seconds: latency.count / tps, latency }
}
