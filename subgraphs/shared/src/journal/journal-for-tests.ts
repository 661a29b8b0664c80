import type { Database, Tx } from '../db/pools.ts'
import { databaseWith, silent } from '../db/tables-for-tests.ts'
import { inTransaction } from '../db/transaction.ts'
import { appendToJournal, type NewJournalEvent } from './append.ts'
import type { JournalEvent } from './event.ts'
import { type Schedule, schedule } from './polling-loop.ts'
import { compare } from './position.ts'
import * as tables from './table.ts'
import { journal } from './table.ts'
import { JournalTail, type JournalTailOptions, POLL_INTERVAL_MS } from './tail.ts'

export const journalDatabase = () => databaseWith('journal', tables)

export const anEvent = (id: string, version: number, more: Partial<NewJournalEvent> = {}): NewJournalEvent => ({
  aggregate: { type: 'thing', id },
  version,
  type: 'thing.changed',
  data: { version },
  actor: 'svc:test',
  correlationId: 'c-1',
  occurredAt: new Date('2026-01-02T03:04:05.678Z'),
  ...more,
})

export const append = (database: Database, tenant: string, ...events: NewJournalEvent[]) =>
  inTransaction(database.forTenant(tenant), (tx) => appendToJournal(tx, events))

/** A transaction that has done its work and stays open until `commit` is called. */
export async function heldOpen(database: Database, tenant: string, work: (tx: Tx) => Promise<unknown>) {
  const worked = Promise.withResolvers<void>()
  const commit = Promise.withResolvers<void>()
  const committed = inTransaction(database.forTenant(tenant), async (tx) => {
    await work(tx)
    worked.resolve()
    await commit.promise
  })
  await worked.promise
  return {
    async commit() {
      commit.resolve()
      await committed
    },
  }
}

/** A tail that reads when it is told to, or woken; its clock stands still. */
export const tailOf = (database: Database, options: Partial<JournalTailOptions> = {}) =>
  new JournalTail({ database, log: silent, schedule: withoutInterval, ...options })

/** No polling: only a wake makes a loop step. Short pauses stay, for what is committed and not settled yet. */
export const withoutInterval: Schedule = (run, after_ms) =>
  after_ms >= POLL_INTERVAL_MS ? () => undefined : schedule(run, after_ms)

/** Reads until every committed row of the moment is settled: other tests on the server may hold transactions open. */
export async function settle(database: Database, tail: JournalTail): Promise<void> {
  const rows = await committedRows(database)
  const last = rows.at(-1)
  while (last !== undefined && compare(tail.head, last) < 0) await tail.runOnce()
}

export const committedRows = (database: Database) =>
  database.system.select().from(journal).orderBy(journal.xid, journal.seq)

export async function take(stream: AsyncIterator<JournalEvent>, count: number): Promise<JournalEvent[]> {
  const taken: JournalEvent[] = []
  while (taken.length < count) {
    const { done, value } = await stream.next()
    if (done) break
    taken.push(value)
  }
  return taken
}

export const versions = (events: readonly JournalEvent[]) =>
  events.map(({ aggregate, version }) => `${aggregate.id}.${version}`)
