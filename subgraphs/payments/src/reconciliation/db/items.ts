import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { and, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm'
import { makePgArray, type PgTable } from 'drizzle-orm/pg-core'
import { bankStatementLine } from '../../db/tables/bank-statement-line.ts'
import { expectedMovement } from '../../db/tables/expected-movement.ts'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'
import type { LockedItem, ReconciliationItem } from '../item.ts'
import type { ItemState, Resolution } from '../item-states.ts'
import type { MatchResult } from '../matching/result.ts'

/** Items of one statement. */
const BATCH = 5_000

const { tenantId: _, lineIds, expectedIds, ...shown } = getTableColumns(reconciliationItem)

/** What is shown of an item: how many members it has, and not the members, which may be thousands. */
export const SHOWN_ITEM = {
  ...shown,
  lineCount: sql<number>`cardinality(${lineIds})`.mapWith(Number).as('line_count'),
  expectedCount: sql<number>`cardinality(${expectedIds})`.mapWith(Number).as('expected_count'),
}

const LOCKED = {
  ...SHOWN_ITEM,
  lineIds: sql<string[]>`${lineIds}::text[]`,
  expectedIds: sql<string[]>`${expectedIds}::text[]`,
}

const itemsByIds = preparedFor((db) =>
  db.select(SHOWN_ITEM).from(reconciliationItem).where(amongIds(reconciliationItem.id)).prepare('items by id'),
)

/** Those that exist, in any order. */
export const findItems = (db: Db, ids: readonly Id<'rci'>[]): Promise<ReconciliationItem[]> =>
  itemsByIds(db).execute({ ids: ids.map(toUuid) })

/** The cases of an account, which is locked, that are open. */
export const findOpenItems = (tx: Tx, account: string): Promise<LockedItem[]> =>
  tx
    .select(LOCKED)
    .from(reconciliationItem)
    .where(and(eq(reconciliationItem.account, account), eq(reconciliationItem.state, 'OPEN')))
    .orderBy(reconciliationItem.id)

/** The bank accounts that these are of, which no item ever leaves. */
export async function findAccountsOfItems(db: Db, ids: readonly Id<'rci'>[]): Promise<string[]> {
  const rows = await db
    .selectDistinct({ account: reconciliationItem.account })
    .from(reconciliationItem)
    .where(inArray(reconciliationItem.id, [...ids]))
  return rows.map(({ account }) => account)
}

/** Those that exist, as they stand until the transaction ends where their account is locked. */
export const findItemsToChange = (tx: Tx, ids: readonly Id<'rci'>[]): Promise<LockedItem[]> =>
  tx
    .select(LOCKED)
    .from(reconciliationItem)
    .where(inArray(reconciliationItem.id, [...ids]))

export type NewItems = {
  readonly runId: Id<'rcr'>
  readonly account: string
  readonly results: readonly MatchResult[]
  readonly now: Date
}

/** Stores items and puts their members into them. @returns the items' ids, in the order of the results */
export async function insertItems(tx: Tx, { results, ...of }: NewItems): Promise<Id<'rci'>[]> {
  const ids = results.map(() => newId('rci', of.now))
  for (let at = 0; at < results.length; at += BATCH) {
    const [batch, uuids] = [results.slice(at, at + BATCH), ids.slice(at, at + BATCH).map(toUuid)]
    await insertBatch(tx, of, batch, uuids)
    const members = (of: (result: MatchResult) => readonly string[]) =>
      batch.flatMap((result, index) => of(result).map((id) => ({ id, item: uuids[index] ?? null })))
    await putInto(
      tx,
      bankStatementLine,
      members(({ lines }) => lines),
    )
    await putInto(
      tx,
      expectedMovement,
      members(({ expected }) => expected),
    )
  }
  return ids
}

async function insertBatch(
  tx: Tx,
  { runId, account, now }: Omit<NewItems, 'results'>,
  batch: readonly MatchResult[],
  uuids: readonly string[],
): Promise<void> {
  const text = (read: (result: MatchResult) => string) => ({ type: 'text', values: batch.map(read) }) as const
  const minor = (read: (result: MatchResult) => bigint) =>
    ({ type: 'bigint', values: batch.map((result) => String(read(result))) }) as const
  await tx.execute(sql`
    insert into ${reconciliationItem} (id, run_id, account, status, rule, state, version, currency, lines_minor,
      expected_minor, fee_minor, fee_max_minor, difference_minor, line_ids, expected_ids, created_at)
    select i.id, ${toUuid(runId)}::uuid, ${account}, i.status, i.rule,
      case when i.status = 'MATCHED' then 'SETTLED' else 'OPEN' end, 0, i.currency, i.lines_minor, i.expected_minor,
      i.fee_minor, i.fee_max_minor, i.difference_minor, i.line_ids::uuid[], i.expected_ids::uuid[],
      ${now.toISOString()}::timestamptz
    from ${unnested(
      { type: 'uuid', values: uuids },
      text(({ status }) => status),
      text(({ rule }) => rule),
      text(({ currency }) => currency),
      minor(({ linesMinor }) => linesMinor),
      minor(({ expectedMinor }) => expectedMinor),
      minor(({ feeMinor }) => feeMinor),
      minor(({ feeMaxMinor }) => feeMaxMinor),
      minor(({ differenceMinor }) => differenceMinor),
      text(({ lines }) => makePgArray([...lines])),
      text(({ expected }) => makePgArray([...expected])),
    )} as i (id, status, rule, currency, lines_minor, expected_minor, fee_minor, fee_max_minor, difference_minor,
      line_ids, expected_ids)`)
}

type Membership = { readonly id: string; readonly item: string | null }

async function putInto(tx: Tx, table: PgTable, members: readonly Membership[]): Promise<void> {
  for (let at = 0; at < members.length; at += BATCH) {
    const batch = members.slice(at, at + BATCH)
    await tx.execute(sql`
      update ${table} m set item_id = given.item
      from ${unnested(
        { type: 'uuid', values: batch.map(({ id }) => id) },
        { type: 'uuid', values: batch.map(({ item }) => item) },
      )} as given (id, item)
      where m.id = given.id`)
  }
}

/** Takes expected movements out of the items that they are in. */
export const freeExpected = (tx: Tx, ids: readonly string[]): Promise<void> =>
  putInto(
    tx,
    expectedMovement,
    ids.map((id) => ({ id, item: null })),
  )

export type ItemChange = {
  readonly state: ItemState
  readonly resolution?: Resolution
  readonly resolvedBy?: string
  readonly resolvedAt?: Date
  readonly requestedBy?: string | null
  readonly requestedAt?: Date | null
  readonly reason?: string | null
}

/** Changes items of an account that is locked, and gives each the number of its next event. */
export async function changeItems(tx: Tx, ids: readonly Id<'rci'>[], change: ItemChange): Promise<void> {
  if (ids.length === 0) return
  const among: SQL = sql`${reconciliationItem.id} in (select id from ${unnested({ type: 'uuid', values: ids.map(toUuid) })} as given (id))`
  await tx
    .update(reconciliationItem)
    .set({ ...change, version: sql`${reconciliationItem.version} + 1` })
    .where(among)
}
