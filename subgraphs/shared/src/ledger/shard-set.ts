import { asc, desc } from 'drizzle-orm'
import type { Clock } from '../clock.ts'
import { type Database, openDatabase, type TenantDb } from '../db/pools.ts'
import { assertRowLevelSecurity } from '../db/row-level-security.ts'
import type { Log } from '../log.ts'
import { type Outcome, ok, refuse } from '../outcome.ts'
import { StartupFault } from '../startup-fault.ts'
import { Ledgers } from './ledgers.ts'
import { ShardedLedger } from './sharded-ledger.ts'
import { SLOTS, shardOf } from './slot.ts'
import { ledgerAccount, ledgerShard } from './tables.ts'
import { tenantsWithBooks } from './tenants.ts'

/** The first and the last accounts of each shard that are looked at when they are opened. */
const ACCOUNTS_LOOKED_AT = 100
const CLOSE_TIMEOUT_S = 5

/** The ledger of every tenant over the same databases. */
export type ShardSet = AsyncDisposable & {
  readonly databases: readonly Database[]
  /** Of one tenant on one shard, the same that `ledgerOf` posts through. */
  readonly ledgers: Ledgers
  /** The same for the same tenant every time. */
  ledgerOf(tenant: string): ShardedLedger
  /** Those with books on any shard, in their order. */
  tenants(): Promise<string[]>
}

export type ShardSetOptions = {
  /** In the order of their ranges of slots, with their tables. */
  readonly urls: readonly string[]
  readonly applicationName: string
  readonly clock: Clock
  readonly log: Log
}

/** One URL of PostgreSQL for each shard, in their order, with blanks or line breaks between them. */
export function parseShardUrls(text: string): Outcome<readonly string[], 'SHARDS_INVALID'> {
  const urls = text.split(/\s+/).filter((url) => url !== '')
  if (urls.length === 0 || urls.length > SLOTS)
    return refuse('SHARDS_INVALID', `A ledger has 1 to ${SLOTS} shards, got ${urls.length}.`)
  const places = new Map<string, number>()
  for (const [place, url] of urls.entries()) {
    const name = nameOf(url)
    if (name === undefined) return refuse('SHARDS_INVALID', `Shard ${place} is no postgres:// URL.`)
    const other = places.get(name)
    if (other !== undefined)
      return refuse('SHARDS_INVALID', `Shards ${other} and ${place} are the same database, ${name}.`)
    places.set(name, place)
  }
  return ok(urls)
}

/** Which database a URL is about, without who logs in; undefined for what is no URL of PostgreSQL. */
export function nameOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, hostname, port, pathname } = new URL(url)
  return /^postgres(ql)?:$/.test(protocol) ? `${hostname}:${port || '5432'}${pathname}` : undefined
}

/**
 * Opens the databases of a ledger, and looks whether they are those, in their order.
 * @throws StartupFault where a database is another shard, or of another number of them; the database's error
 */
export async function openShardSet({ urls, applicationName, clock, log }: ShardSetOptions): Promise<ShardSet> {
  const resources = new AsyncDisposableStack()
  try {
    const databases = urls.map((url) => {
      const database = openDatabase({ url, applicationName, log })
      resources.defer(() => database.close({ timeout_s: CLOSE_TIMEOUT_S }))
      return database
    })
    await Promise.all(databases.map(({ sql }) => assertRowLevelSecurity(sql.system)))
    // All are looked at before any is told its place: what is wrong about one is wrong about the list.
    await Promise.all(databases.map((database, place) => assertInPlace(database, place, urls.length)))
    await Promise.all(databases.map(({ system }, place) => recordPlace(system, place, urls.length)))
    const ledgers = new Ledgers(clock)
    resources.defer(() => ledgers.drained())
    const known = new Map<string, ShardedLedger>()
    const sharded = (tenant: string) => {
      const shards = databases.map((database) => {
        const db = database.forTenant(tenant)
        return { db, ledger: ledgers.of({ tenant, db }) }
      })
      return new ShardedLedger({ shards, now: clock })
    }
    return {
      databases,
      ledgers,
      ledgerOf(tenant) {
        const ledger = known.get(tenant) ?? sharded(tenant)
        known.set(tenant, ledger)
        return ledger
      },
      async tenants() {
        const found = await Promise.all(databases.map(({ system }) => tenantsWithBooks(system)))
        return [...new Set(found.flat())].sort()
      },
      [Symbol.asyncDispose]: () => resources.disposeAsync(),
    }
  } catch (error) {
    await resources.disposeAsync()
    throw error
  }
}

/**
 * A wrong number of shards makes money: what has arrived on a shard that is not asked is given back by another. So each
 * database knows its place, and before it does, its accounts do.
 */
async function assertInPlace({ system, url }: Database, place: number, shards: number): Promise<void> {
  const some = (order: typeof asc) =>
    system
      .select({ id: ledgerAccount.id })
      .from(ledgerAccount)
      .orderBy(order(ledgerAccount.number))
      .limit(ACCOUNTS_LOOKED_AT)
  const ids = (await Promise.all([some(asc), some(desc)])).flat().map(({ id }) => id)
  const stray = ids.find((id) => shardOf(id, shards) !== place)
  if (stray !== undefined)
    throw misplaced(url, place, shards, `has the account ${stray}, which belongs to shard ${shardOf(stray, shards)}`)
  const [known] = await system.select().from(ledgerShard)
  if (known !== undefined && (known.place !== place || known.shards !== shards))
    throw misplaced(url, place, shards, `is shard ${known.place} of ${known.shards}`)
}

const recordPlace = (system: TenantDb, place: number, shards: number) =>
  system.insert(ledgerShard).values({ place, shards }).onConflictDoNothing()

const misplaced = (url: string, place: number, shards: number, why: string) =>
  new StartupFault(
    `${nameOf(url)} is not shard ${place} of ${shards}: it ${why}. The number and the order of shards never change.`,
  )
