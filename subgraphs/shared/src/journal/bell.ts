import { perDatabase } from '../db/per-database.ts'
import type { Database } from '../db/pools.ts'

/** The channel that tells other processes of the same service that the journal has grown. */
export const JOURNAL_CHANNEL = 'journal'
/** The same of a ledger. */
export const LEDGER_CHANNEL = 'ledger'

/**
 * Commits within this time share one NOTIFY. It is sent outside the writing transactions, because PostgreSQL lets
 * transactions that notify commit only one at a time.
 */
export const NOTIFY_DEBOUNCE_MS = 10

/** Rung after every commit that appended to what readers of one database follow. */
export type Bell = {
  ring(): void
  /** Hears the commits of this process. Returns how to stop. */
  listen(hear: () => void): () => void
}

/** Rung for the journal. */
export const journalBell = perDatabase((database) => createBell(database, JOURNAL_CHANNEL))
/** Rung for the entries of a ledger. */
export const ledgerBell = perDatabase((database) => createBell(database, LEDGER_CHANNEL))

function createBell({ sql, log }: Database, channel: string): Bell {
  const hearers = new Set<() => void>()
  let isPending = false

  const notify = (): void => {
    isPending = false
    sql.system`select pg_notify(${channel}, '')`.catch((error: unknown) => {
      // Other processes find the rows by polling.
      log.debug({ err: error, channel }, 'could not notify a channel')
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
