import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/pools.ts'
import { preparedFor } from '../db/prepared.ts'
import { placeholderFor } from '../placeholder.ts'
import { encodeCursor } from './cursor.ts'
import type { EventFilter, JournalEvent } from './event.ts'
import { justBefore, type Position } from './position.ts'
import { journal } from './table.ts'

/** Rows in one read: large enough to catch up quickly, small enough to hold in memory many times over. */
export const PAGE_ROWS_MAX = 500

export type Page = {
  readonly events: readonly JournalEvent[]
  /** Every wanted event up to here is in this page or before it: the next read starts here. */
  readonly position: Position
}

/**
 * Settled events after a place, in the order of the journal, whatever their tenant.
 *
 * Settled are rows below the oldest running transaction: no row can still appear among them. The trap: PostgreSQL
 * counts the write transactions of all databases of the server, so one that stays open anywhere holds back every
 * journal of that server. `openDatabase` limits the length of transactions for that reason.
 * @returns also whether committed rows exist that are not settled yet
 */
export async function readSettled(
  system: Db,
  after: Position,
): Promise<Page & { isFull: boolean; isWaiting: boolean }> {
  const { horizon, isWaiting } = await readHorizon(system)
  const upTo = justBefore(horizon)
  const rows = await settledRows(system).execute({ ...after, upToXid: upTo.xid, limit: PAGE_ROWS_MAX })
  const events = rows.map(toEvent)
  const isFull = events.length === PAGE_ROWS_MAX
  const last = events.at(-1)
  return { events, position: isFull && last !== undefined ? last.position : upTo, isFull, isWaiting }
}

/** The oldest transaction that is still running, and whether the journal has committed rows at or above it. */
export async function readHorizon(db: Db): Promise<{ horizon: bigint; isWaiting: boolean }> {
  const [row] = await horizonRow(db).execute()
  if (row === undefined) throw new Error('PostgreSQL did not answer with its snapshot.')
  return row
}

/**
 * Events after `after` and not after `upTo`, which must be settled. Through the handle of a tenant: its events only.
 * @returns at most `limit` events
 */
export async function readBetween(
  db: Db,
  { after, upTo, types, aggregate, limit }: EventFilter & { after: Position; upTo: Position; limit: number },
): Promise<JournalEvent[]> {
  const conditions = [
    sql`(${journal.xid}, ${journal.seq}) > (${after.xid.toString()}::xid8, ${after.seq}::bigint)`,
    sql`(${journal.xid}, ${journal.seq}) <= (${upTo.xid.toString()}::xid8, ${upTo.seq}::bigint)`,
    types && inArray(journal.type, [...types]),
    aggregate && eq(journal.aggregateType, aggregate.type),
    aggregate?.id === undefined ? undefined : eq(journal.aggregateId, aggregate.id),
  ]
  const rows = await db
    .select()
    .from(journal)
    .where(and(...conditions))
    .orderBy(journal.xid, journal.seq)
    .limit(limit)
  return rows.map(toEvent)
}

const settledRows = preparedFor((db) =>
  db
    .select()
    .from(journal)
    .where(
      sql`(${journal.xid}, ${journal.seq}) > (${placeholderFor(journal.xid, 'xid')}::xid8, ${placeholderFor(journal.seq, 'seq')}::bigint)
        and ${journal.xid} <= ${placeholderFor(journal.xid, 'upToXid')}::xid8`,
    )
    .orderBy(journal.xid, journal.seq)
    .limit(sql.placeholder('limit'))
    .prepare('journal_settled'),
)

const HORIZON: SQL<bigint> = sql`pg_snapshot_xmin(pg_current_snapshot())`.mapWith(BigInt)

const horizonRow = preparedFor((db) =>
  db
    .select({
      horizon: HORIZON,
      isWaiting: sql<boolean>`exists (select from ${journal} where ${journal.xid} >= ${HORIZON})`,
    })
    .from(sql`(values (1)) as one`)
    .prepare('journal_horizon'),
)

type Row = typeof journal.$inferSelect

function toEvent({ tenantId, aggregateType, aggregateId, xid, seq, ...row }: Row): JournalEvent {
  const position = { xid, seq }
  return {
    ...row,
    tenant: tenantId,
    aggregate: { type: aggregateType, id: aggregateId },
    position,
    cursor: encodeCursor(position),
  }
}
