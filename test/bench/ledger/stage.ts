import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { MIGRATIONS_FOLDER } from '@carriergraph/payments/db/migrations.ts'
import { migrate } from '@carriergraph/shared/db/migrate.ts'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { provisionDatabase } from '@carriergraph/shared/db/roles.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import postgres from 'postgres'
import { startPostgres } from '../../../scripts/postgres/launch.ts'

const SHARED_BUFFERS_MIB = 1_024

/** What is answered as posted is on the disk. The only checkpoints are the bench's own. */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '400',
  shared_buffers: `${SHARED_BUFFERS_MIB}MB`,
  min_wal_size: '32GB',
  max_wal_size: '32GB',
  checkpoint_timeout: '1h',
}

const MIB = 2 ** 20
/** Of eight KiB. */
const PAGES_A_MIB = 128
/** Of the log, written at once. */
const FILLER_MIB = 8

/** A PostgreSQL of the bench's own. */
export interface Stage extends AsyncDisposable {
  /** The postmaster's. */
  readonly pid: number
  readonly directory: string
  /** Of the superuser. */
  readonly adminUrl: string
  /** Makes an empty database. @returns the URL of the role that owns it, which is no superuser */
  database(name: string): Promise<string>
  /** Makes one with the tables of payments, the ledger's among them, as the service does. */
  books(name: string, poolMax?: number): Promise<Database>
  /**
   * Lets turns be about transfers, as in a server that has run for a while: all of its memory has been used before, so that no
   * backend waits for the system to clear a page of it; the log's next files are there to be written over, so that none fills
   * new ones with zeros; and there is no checkpoint but this one, behind which whatever is written first is written whole.
   * @param logMiB as much as the turns write ahead
   */
  prepareTurns(logMiB: number): Promise<void>
  /** How many bytes have gone into the log of all databases. */
  walBytes(): Promise<bigint>
}

export async function createStage(): Promise<Stage> {
  const cleanup = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'carriergraph-bench-'))
  cleanup.defer(() => rm(directory, { recursive: true, force: true }))
  // The server's unprivileged user has to get through to the cluster when root runs the bench.
  await chmod(directory, 0o711)
  const dataDir = join(directory, 'postgres')
  const server = await startPostgres({ dataDir, password: randomBytes(16).toString('hex'), settings: SETTINGS })
  cleanup.defer(async () => {
    await server.stop()
    // The data lies elsewhere when the directory for temporary files is root's own.
    const place = await realpath(dataDir)
    if (place !== dataDir) await rm(dirname(place), { recursive: true, force: true })
  })
  const admin = cleanup.adopt(postgres(server.url(), { max: 1, onnotice: () => undefined }), (sql) => sql.end())
  const log = createLog({ service: 'bench', level: 'silent' })
  const database = (name: string) =>
    provisionDatabase({ adminUrl: server.url(), name, role: name, password: randomBytes(16).toString('hex') })
  return {
    pid: server.pid,
    directory,
    adminUrl: server.url(),
    database,
    async books(name, poolMax) {
      const url = await database(name)
      await migrate({ url, migrationsFolder: MIGRATIONS_FOLDER })
      const opened = openDatabase({ url, applicationName: 'bench', log, ...(poolMax === undefined ? {} : { poolMax }) })
      cleanup.defer(() => opened.close({ timeout_s: 1 }))
      return opened
    },
    async prepareTurns(logMiB) {
      await admin`create unlogged table filler (page text storage plain)`
      await admin`insert into filler select repeat(' ', 8000) from generate_series(1, ${SHARED_BUFFERS_MIB * PAGES_A_MIB}::int)`
      await admin`drop table filler`
      for (let written = 0; written < logMiB; written += FILLER_MIB)
        await admin`select pg_logical_emit_message(false, 'filler', repeat(' ', ${FILLER_MIB * MIB}))`
      await admin`checkpoint`
    },
    async walBytes() {
      const [row] = await admin<{ bytes: string }[]>`select (pg_current_wal_insert_lsn() - '0/0')::text as bytes`
      return BigInt(row?.bytes ?? 0)
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}
