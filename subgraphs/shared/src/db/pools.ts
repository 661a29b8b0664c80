import type { PgDatabase, PgTransaction } from 'drizzle-orm/pg-core'
import { drizzle, type PostgresJsDatabase, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js'
import type { ExtractTablesWithRelations } from 'drizzle-orm/relations'
import type { Logger } from 'pino'
import postgres from 'postgres'
import { TENANT_PATTERN } from '../auth/actor.ts'
import { ARRAY_TYPES } from './array-types.ts'
import { ANSWER_TIMEOUT_S, KEEPALIVE } from './liveness.ts'
import { observedSql, type SqlObserver } from './observed-sql.ts'
import { preparedSql } from './prepared-sql.ts'

/** One statement of a request may not hold a connection longer than this. */
export const STATEMENT_TIMEOUT_MS = 10_000
/**
 * A row that is locked for longer is a fault elsewhere; the caller gets an error instead of a hang. Less than the five
 * seconds that the gateway gives a subgraph, or clients would hear of a timeout and not of what was busy.
 */
export const LOCK_TIMEOUT_MS = 4_000
/**
 * The same for statements that others stand behind on their connection: who names the locked row waits apart for the rest
 * of the time (`locked-out.ts`), and everybody else goes on.
 */
export const LINE_LOCK_TIMEOUT_MS = 1_000
/**
 * The longest transaction. The journal's readers wait for the oldest running transaction, and PostgreSQL counts those
 * of every database of the server (see `readSettled`): one forgotten write transaction anywhere delays every stream.
 */
export const TRANSACTION_TIMEOUT_MS = 30_000
/** A transaction that waits on its own client is a bug (an await on the network inside it). */
export const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000
/** An idle connection is given back after this time, so that a quiet tenant costs nothing. */
export const IDLE_CONNECTION_S = 30
/** Seconds to wait for a connection: long enough for a starting server, short enough for a request. */
export const CONNECT_TIMEOUT_S = 10
/**
 * The longest pause before a lost connection is opened again. The client's own reaches twenty seconds after a second or
 * two without a server, because all connections of a pool count together: far longer than a restart of the server takes.
 */
const RECONNECT_PAUSE_MAX_S = 1
const RECONNECT_PAUSE_S = 0.02
/**
 * What the planner takes a page from anywhere to cost beside the next one, on solid state. By PostgreSQL's own 4, of spinning
 * disks, it reads a table of some thousand rows from end to end for ten of them, by a plan that it keeps while the table grows.
 */
const RANDOM_PAGE_COST = 1.1
/** Connections of one tenant in one process. */
export const TENANT_POOL_MAX = 8
/** Connections of the background readers (journal tail, dispatcher, consumers, sealer) in one process. */
export const SYSTEM_POOL_MAX = 4
/** Tenants with a pool in one process. More belong on more processes: connections are the server's scarcest good. */
export const TENANTS_MAX = 64

/** The tenant name that row-level security lets see every tenant's rows. Only `Database.system` uses it. */
export const EVERY_TENANT = '*'

type NoSchema = Record<string, never>
type NoRelations = ExtractTablesWithRelations<NoSchema>

/** Drizzle over the connections of one tenant: every statement sees and writes that tenant's rows only. */
export type TenantDb = PostgresJsDatabase
/** An open transaction; see `inTransaction`. */
export type Tx = PgTransaction<PostgresJsQueryResultHKT, NoSchema, NoRelations>
/** What a query function takes: it runs alike inside and outside a transaction. */
export type Db = PgDatabase<PostgresJsQueryResultHKT, NoSchema, NoRelations>
/**
 * The postgres.js client below Drizzle, for what Drizzle cannot say. `bigint` columns are `bigint`. Drizzle sets the
 * client's wire format: times come back as text, and a json parameter is text that was stringified by the caller.
 */
export type RawSql = postgres.Sql<{ bigint: bigint }>

export type DatabaseOptions = {
  readonly url: string
  /** Shown in pg_stat_activity: the service's name. */
  readonly applicationName: string
  readonly log: Logger
  readonly poolMax?: number
  readonly systemPoolMax?: number
  readonly answerTimeout_s?: number
  /** Whom every statement is told to: one for the tenants' pools, one for the background readers'. */
  readonly observer?: ((pool: 'tenant' | 'system') => SqlObserver) | undefined
}

/** The connections of one service to its own database. */
export type Database = {
  readonly url: string
  readonly log: Logger
  /**
   * The same handle for the same tenant every time, so prepared queries stay cached on it. Opens no connection yet.
   * @throws TypeError for a name that is not a tenant's; RangeError beyond TENANTS_MAX tenants
   */
  forTenant(tenant: string): TenantDb
  /** Sees every tenant; rows that it inserts must name their tenant. For background readers, never for a request. */
  readonly system: TenantDb
  readonly sql: {
    forTenant(tenant: string): RawSql
    /**
     * One connection of the tenant's, besides its pool: statements are run in the order in which they are sent, and the next
     * is at the server before the last is answered. For the ledger's batches, and not for a transaction. A lock is waited
     * for as long as LINE_LOCK_TIMEOUT_MS.
     */
    inOrderForTenant(tenant: string): RawSql
    readonly system: RawSql
  }
  /** Resolves when the server answers; for the readiness check. */
  ping(): Promise<void>
  /** Lets running statements end for that many seconds, then cuts them off. */
  close(options: { timeout_s: number }): Promise<void>
}

type Pool = { readonly raw: RawSql; readonly db: TenantDb; readonly inOrder: RawSql }

/** Which database a handle belongs to, so that a commit through it can wake that database's journal. */
const owners = new WeakMap<TenantDb, Database>()

export function databaseOf(db: TenantDb): Database {
  const database = owners.get(db)
  if (database === undefined) throw new TypeError('This handle was not opened by openDatabase.')
  return database
}

export const isTenantName = (name: string): boolean => TENANT_PATTERN.test(name)

/**
 * One small pool per tenant, opened with the startup parameter `app.tenant`: the tenant is a property of the
 * connection, so that no query can forget it and prepared queries need no transaction around them.
 * (A connection pooler in between must pass startup parameters on, or keep one server pool per tenant.)
 */
export function openDatabase(options: DatabaseOptions): Database {
  const tenants = new Map<string, Pool>()
  const systemRaw = openClient(options, EVERY_TENANT, options.systemPoolMax ?? SYSTEM_POOL_MAX)
  const system = { raw: systemRaw, db: drizzle(systemRaw) }

  const tenantPool = (tenant: string): Pool => {
    const known = tenants.get(tenant)
    if (known) return known
    if (!isTenantName(tenant)) throw new TypeError(`Not a tenant name: ${JSON.stringify(tenant.slice(0, 40))}`)
    if (tenants.size >= TENANTS_MAX) throw new RangeError(`More than ${TENANTS_MAX} tenants in one process.`)
    const raw = openClient(options, tenant, options.poolMax ?? TENANT_POOL_MAX)
    const pool = { raw, db: drizzle(raw), inOrder: openClient(options, tenant, 1, LINE_LOCK_TIMEOUT_MS) }
    tenants.set(tenant, pool)
    owners.set(pool.db, database)
    return pool
  }

  const database: Database = {
    url: options.url,
    log: options.log,
    forTenant: (tenant) => tenantPool(tenant).db,
    system: system.db,
    sql: {
      forTenant: (tenant) => tenantPool(tenant).raw,
      inOrderForTenant: (tenant) => tenantPool(tenant).inOrder,
      system: system.raw,
    },
    async ping() {
      await system.raw`select 1`
    },
    async close({ timeout_s }) {
      const clients = [system.raw, ...tenants.values().flatMap(({ raw, inOrder }) => [raw, inOrder])]
      await Promise.all(clients.map((client) => client.end({ timeout: timeout_s })))
    },
  }
  owners.set(system.db, database)
  return database
}

/** What the server tells beside its answers; by itself, the driver writes it to the console. */
export const noticesTo = (log: Logger) => (notice: postgres.Notice) =>
  log.debug({ notice: notice.message }, 'notice from PostgreSQL')

/** Opens no connection yet. */
function openClient(options: DatabaseOptions, tenant: string, max: number, lockTimeout_ms = LOCK_TIMEOUT_MS): RawSql {
  const { url, applicationName, log, answerTimeout_s = ANSWER_TIMEOUT_S } = options
  const observer = options.observer?.(tenant === EVERY_TENANT ? 'system' : 'tenant')
  const client: RawSql = preparedSql(
    postgres(url, {
      max,
      idle_timeout: IDLE_CONNECTION_S,
      connect_timeout: CONNECT_TIMEOUT_S,
      answer_timeout: answerTimeout_s,
      backoff: (failures) => Math.min(RECONNECT_PAUSE_S * 2 ** failures, RECONNECT_PAUSE_MAX_S),
      fetch_types: false,
      types: { bigint: postgres.BigInt, ...ARRAY_TYPES },
      onnotice: noticesTo(log),
      connection: {
        application_name: applicationName,
        'app.tenant': tenant,
        default_transaction_isolation: 'read committed',
        random_page_cost: RANDOM_PAGE_COST,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        lock_timeout: lockTimeout_ms,
        transaction_timeout: TRANSACTION_TIMEOUT_MS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
        ...KEEPALIVE,
      },
    }),
  )
  return observer === undefined ? client : observedSql(client, observer)
}
