import type { Database } from '../db/pools.ts'

/** The channel that tells other processes of the same service that the journal has grown. */
export const JOURNAL_CHANNEL = 'journal'

/**
 * Commits within this time share one NOTIFY. It is sent outside the writing transactions, because PostgreSQL lets
 * transactions that notify commit only one at a time.
 */
export const NOTIFY_DEBOUNCE_MS = 10

/** Rung after every commit that appended to the journal of one database. */
export type JournalBell = {
  ring(): void
  /** Hears the commits of this process. Returns how to stop. */
  listen(hear: () => void): () => void
}

const bells = new WeakMap<Database, JournalBell>()

/** The one bell of `database` in this process. */
export function journalBell(database: Database): JournalBell {
  const known = bells.get(database)
  if (known !== undefined) return known
  const bell = createBell(database)
  bells.set(database, bell)
  return bell
}

function createBell({ sql, log }: Database): JournalBell {
  const hearers = new Set<() => void>()
  let isPending = false

  const notify = (): void => {
    isPending = false
    sql.system`select pg_notify(${JOURNAL_CHANNEL}, '')`.catch((error: unknown) => {
      // Other processes find the rows by polling.
      log.debug({ err: error }, 'could not notify the journal channel')
    })
  }
  return {
    ring() {
      for (const hear of hearers) hear()
      if (isPending) return
      isPending = true
      // Must not keep a process alive that has nothing else to do.
      setTimeout(notify, NOTIFY_DEBOUNCE_MS).unref()
    },
    listen(hear) {
      hearers.add(hear)
      return () => hearers.delete(hear)
    },
  }
}
