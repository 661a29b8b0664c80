import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/pools.ts'
import { preparedFor } from '../db/prepared.ts'
import { placeholderFor } from '../placeholder.ts'
import { encodeCursor } from './cursor.ts'
import type { EventFilter, JournalEvent } from './event.ts'
import { horizonOf } from './horizon.ts'
import { justBefore, type Position } from './position.ts'
import type { StreamPage } from './stream.ts'
import { journal } from './table.ts'

/** Rows in one read: large enough to catch up quickly, small enough to hold in memory many times over. */
export const PAGE_ROWS_MAX = 500
/** Rows that a read with a filter looks through: a rare event must not cost a scan of the whole history at once. */
export const SCAN_ROWS_MAX = 10_000

export type Page = StreamPage<JournalEvent, Position>

/** The page that ends at its last event when it is full, and at `end` when there was nothing more before that. */
export function pageOf(
  events: readonly JournalEvent[],
  { limit, end, isLast }: { limit: number; end: Position; isLast: boolean },
): Page {
  const last = events.length === limit ? events.at(-1) : undefined
  return last === undefined ? { events, position: end, isLast } : { events, position: last.position, isLast: false }
}

/**
 * Settled events after a place, in the order of the journal, whatever their tenant.
 *
 * Settled are rows below the oldest running transaction: no row can still appear among them. The trap: PostgreSQL
 * counts the write transactions of all databases of the server, so one that stays open anywhere holds back every
 * journal of that server. `openDatabase` limits the length of transactions for that reason.
 * @returns also whether committed rows exist that are not settled yet
 */
export async function readSettled(system: Db, after: Position): Promise<Page & { isWaiting: boolean }> {
  const { horizon, isWaiting } = await readHorizon(system)
  const upTo = justBefore(horizon)
  const rows = await settledRows(system).execute({ ...after, upToXid: upTo.xid, limit: PAGE_ROWS_MAX })
  const events = rows.map(toEvent)
  return { ...pageOf(events, { limit: PAGE_ROWS_MAX, end: upTo, isLast: true }), isWaiting }
}

/** How far the journal may be read. */
export const readHorizon = horizonOf(journal)

/**
 * The wanted events after `after` and not after `upTo`, which must be settled. Through the handle of a tenant: its
 * events only. Looks through a bounded number of rows, so a page may be empty although later ones are not.
 */
export async function readBetween(
  db: Db,
  { after, upTo, types, aggregate, limit }: EventFilter & { after: Position; upTo: Position; limit: number },
): Promise<Page> {
  const end = (await scanEnd(db, after, upTo)) ?? upTo
  const conditions = [
    isAfter(after),
    isNotAfter(end),
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
  return pageOf(rows.map(toEvent), { limit, end, isLast: end === upTo })
}

/** Where to stop looking this time, when there are more rows than that before `upTo`. */
async function scanEnd(db: Db, after: Position, upTo: Position): Promise<Position | undefined> {
  const [row] = await db
    .select({ xid: journal.xid, seq: journal.seq })
    .from(journal)
    .where(and(isAfter(after), isNotAfter(upTo)))
    .orderBy(journal.xid, journal.seq)
    .offset(SCAN_ROWS_MAX - 1)
    .limit(1)
  return row
}

const isAfter = ({ xid, seq }: Position): SQL =>
  sql`(${journal.xid}, ${journal.seq}) > (${xid.toString()}::xid8, ${seq}::bigint)`

// Spelled out: PostgreSQL does not use an index for a negated comparison of rows.
const isNotAfter = ({ xid, seq }: Position): SQL =>
  sql`(${journal.xid}, ${journal.seq}) <= (${xid.toString()}::xid8, ${seq}::bigint)`

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

type Row = typeof journal.$inferSelect

function toEvent({ tenantId, aggregateType, aggregateId, xid, seq, ...row }: Row): JournalEvent {
  const position = { xid, seq }
  return {
    ...row,
    tenant: tenantId,
    aggregate: { type: aggregateType, id: aggregateId },
    position,
    cursor: encodeCursor(row.type, position),
  }
}
