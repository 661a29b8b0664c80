import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { and, eq, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { ReferenceRate } from '../fx/cross-rate.ts'
import { fxRate, fxRateImport } from './tables/fx-rate.ts'

const ratesInForce = preparedFor((db) => {
  const newest = db
    .select({ day: fxRate.day, version: fxRate.version, rate: fxRate.rate })
    .from(fxRate)
    .where(sql`${fxRate.currency} = given.currency and ${fxRate.day} <= ${sql.placeholder('day')}::date`)
    .orderBy(sql`${fxRate.day} desc`, sql`${fxRate.version} desc`)
    .limit(1)
    .as('newest')
  return db
    .select({
      currency: sql<string>`given.currency`,
      day: newest.day,
      version: newest.version,
      rate: newest.rate,
    })
    .from(sql`unnest(${sql.placeholder('currencies')}::text[]) as given (currency)`)
    .innerJoinLateral(newest, sql`true`)
    .prepare('fx rates in force')
})

/** Of each currency the rate that was last published on `day` or before, in its last version. One probe of the key each. */
export async function findRatesInForce(
  db: Db,
  currencies: readonly string[],
  day: string,
): Promise<ReadonlyMap<string, ReferenceRate>> {
  const rows = await ratesInForce(db).execute({ currencies, day })
  return new Map(rows.map(({ rate, ...row }) => [row.currency, { ...row, rate: new Decimal(rate) }]))
}

/** Newest day first, and of a day the last version first. */
export const newestFxRates = ordering({
  name: 'fxRates by newest',
  direction: 'desc',
  by: { day: fxRate.day, version: fxRate.version },
})

/** What was published of one currency, all versions. */
export async function listFxRates(
  db: Db,
  page: Page<typeof newestFxRates.by>,
  currency: string,
): Promise<Connection<ReferenceRate>> {
  const { where, orderBy, limit } = keyset(page)
  const rows = await db
    .select()
    .from(fxRate)
    .where(and(eq(fxRate.currency, currency), where))
    .orderBy(...orderBy)
    .limit(limit)
  return toConnection(
    rows.map(({ currency, day, version, rate }) => ({ currency, day, version, rate: new Decimal(rate) })),
    page,
  )
}

/** Imports of one tenant stand in line: two at once would both find a day without a rate. */
export async function lockFxImports(tx: Tx): Promise<void> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended('fx rates of ' || current_setting('app.tenant'), 0))`,
  )
}

type NewRate = { readonly currency: string; readonly day: string; readonly rate: string }

/**
 * Stores those of the rates that are not there yet as they are: as version 1, or as one version more of a day that has
 * another rate. @returns what was stored
 */
export async function insertFxRates(
  tx: Tx,
  importId: Id<'fxi'>,
  rates: readonly NewRate[],
): Promise<
  { readonly currency: string; readonly day: string; readonly version: number; readonly before: string | null }[]
> {
  const rows = await tx.execute<{ currency: string; day: string; version: number; before: string | null }>(sql`
    with given as (
      select given.currency, given.day::date as day, given.rate, stored.rate as before, stored.version
      from ${unnested(
        { type: 'text', values: rates.map(({ currency }) => currency) },
        { type: 'text', values: rates.map(({ day }) => day) },
        { type: 'numeric', values: rates.map(({ rate }) => rate) },
      )} as given (currency, day, rate)
      left join lateral (
        select r.rate, r.version from fx_rate r
        where r.tenant_id = current_setting('app.tenant') and r.currency = given.currency and r.day = given.day::date
        order by r.version desc limit 1) stored on true
      where stored.rate is distinct from given.rate
    ), stored as (
      insert into fx_rate (currency, day, version, rate, import_id)
      select currency, day, coalesce(version, 0) + 1, rate, ${toUuid(importId)}::uuid from given
      returning currency, day, version
    )
    select stored.currency, stored.day::text as day, stored.version, given.before::text as before
    from stored join given on given.currency = stored.currency and given.day = stored.day`)
  return [...rows]
}

/** Of each currency the last rate before `day`, as text. */
export async function lastRatesBefore(
  tx: Tx,
  currencies: readonly string[],
  day: string,
): Promise<ReadonlyMap<string, NewRate>> {
  const stored = alias(fxRate, 'stored')
  const newest = tx
    .select({ day: stored.day, rate: stored.rate })
    .from(stored)
    .where(sql`${stored.currency} = given.currency and ${stored.day} < ${day}::date`)
    .orderBy(sql`${stored.day} desc`, sql`${stored.version} desc`)
    .limit(1)
    .as('newest')
  const rows = await tx
    .select({ currency: sql<string>`given.currency`, day: newest.day, rate: newest.rate })
    .from(sql`unnest(${sql.param(currencies)}::text[]) as given (currency)`)
    .innerJoinLateral(newest, sql`true`)
  return new Map(rows.map((row) => [row.currency, row]))
}

export async function insertFxImport(tx: Tx, row: Omit<typeof fxRateImport.$inferInsert, 'tenantId'>): Promise<void> {
  await tx.insert(fxRateImport).values(row)
}

/** Writes down what an import has brought; one that has brought nothing is none. */
export async function closeFxImport(
  tx: Tx,
  id: Id<'fxi'>,
  counts: { added: number; corrected: number },
): Promise<void> {
  if (counts.added + counts.corrected === 0) await tx.delete(fxRateImport).where(eq(fxRateImport.id, id))
  else await tx.update(fxRateImport).set(counts).where(eq(fxRateImport.id, id))
}
