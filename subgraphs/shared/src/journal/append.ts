import type { Tx } from '../db/pools.ts'
import { insertionOf } from '../db/recordset.ts'
import { violatesUnique } from '../db/sql-error.ts'
import { afterCommit, databaseOfTransaction } from '../db/transaction.ts'
import { type Id, newId } from '../ids.ts'
import { journalBell } from './bell.ts'
import { ConcurrencyError } from './concurrency-error.ts'
import type { EventData } from './event-columns.ts'
import { JOURNAL_VERSION, journal } from './table.ts'

/** What one statement carries: with data of the largest size, tens of megabytes. */
export const APPEND_ROWS_MAX = 1_000

export type NewJournalEvent = {
  /** The typed id of the aggregate, and its kind as in the event's type: `{ type: 'slice', id: 'slc_…' }`. */
  readonly aggregate: { readonly type: string; readonly id: string }
  /** 1 for the event that creates the aggregate, then one more each time. */
  readonly version: number
  /** `<aggregate>.<past participle>`, such as `slice.created`. */
  readonly type: string
  readonly data: EventData
  /** The `sub` of who did it: a user's id or `svc:<name>`. */
  readonly actor: string
  readonly correlationId: string
  /** The id of the event that made this one happen. */
  readonly causationId?: string
  readonly occurredAt: Date
}

/**
 * Appends one or many events in one statement, for the tenant of the transaction, and wakes the journal's readers once
 * the transaction has committed. Call it in a statement after the aggregate's row was locked or its version was read.
 * @returns the ids of the events, in the given order
 * @throws ConcurrencyError when one of the versions exists; the transaction is then lost
 */
export async function appendToJournal(
  tx: Tx,
  events: NewJournalEvent | readonly NewJournalEvent[],
): Promise<Id<'evt'>[]> {
  const rows = [events].flat().map(toRow)
  if (rows.length === 0) return []
  if (rows.length > APPEND_ROWS_MAX) throw new RangeError(`More than ${APPEND_ROWS_MAX} events in one append.`)
  try {
    await insertEvents(tx, rows)
  } catch (error) {
    if (!violatesUnique(error, JOURNAL_VERSION)) throw error
    // Under row-level security the server does not say which row it was.
    const tried = rows.map((row) => `${row.aggregateType} ${row.aggregateId} version ${row.version}`)
    throw new ConcurrencyError(`Appended by somebody else: ${tried.slice(0, 3).join(', or ')}.`, { cause: error })
  }
  afterCommit(tx, journalBell(databaseOfTransaction(tx)).ring)
  return rows.map(({ id }) => id)
}

const insertEvents = insertionOf(journal, [
  'id',
  'aggregateType',
  'aggregateId',
  'version',
  'type',
  'data',
  'actor',
  'correlationId',
  'causationId',
  'occurredAt',
])

const toRow = ({ aggregate, occurredAt, causationId, ...event }: NewJournalEvent) => ({
  ...event,
  causationId: causationId ?? null,
  id: newId('evt'),
  aggregateType: aggregate.type,
  aggregateId: aggregate.id,
  occurredAt,
})
