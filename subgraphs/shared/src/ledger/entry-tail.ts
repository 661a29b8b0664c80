import type { Logger } from 'pino'
import type { Database } from '../db/pools.ts'
import { type Id, toUuid } from '../ids.ts'
import { LEDGER_CHANNEL, ledgerBell } from '../journal/bell.ts'
import { decodeCursor, encodeCursor, invalidCursor } from '../journal/cursor.ts'
import { type Pace, PollingLoop, type Schedule } from '../journal/polling-loop.ts'
import { ResumableStream } from '../journal/stream.ts'
import { STREAM_PAGE_MAX } from '../journal/tail.ts'
import { findLedgerAccount } from './accounts.ts'
import { type Entry, entriesAfter } from './statement.ts'

/** The net below commits and notifications: how late an entry can be when every wake was lost. */
const POLL_INTERVAL_MS = 1_000

export type EntryTailOptions = {
  readonly database: Database
  readonly log: Logger
  readonly schedule?: Schedule
}

export type PostedEntry = Entry & { readonly accountId: Id<'led'>; readonly cursor: string }
export type EntryStream = ResumableStream<PostedEntry, bigint>

type Watcher = {
  readonly tenant: string
  readonly id: string
  readonly after: bigint
  readonly hear: () => void
}

/**
 * Follows the entries of those accounts that somebody subscribed to. Sequences have no gaps and are there when their
 * transaction has committed, so a stream that has read up to one knows what comes next; one statement asks for all
 * accounts together whether there is more.
 */
export class EntryTail {
  readonly #database: Database
  readonly #loop: PollingLoop
  readonly #streams = new Set<EntryStream>()
  readonly #watchers = new Set<Watcher>()
  #unlisten: (() => Promise<void> | void)[] = []

  constructor({ database, log, schedule }: EntryTailOptions) {
    this.#database = database
    this.#loop = new PollingLoop({
      name: 'ledger tail',
      step: () => this.runOnce(),
      interval_ms: POLL_INTERVAL_MS,
      log,
      schedule,
    })
  }

  async start(): Promise<void> {
    const wake = () => this.#loop.wake()
    this.#unlisten.push(ledgerBell(this.#database).listen(wake))
    // Calls `wake` each time that it listens anew, because notifications in between are lost.
    const { unlisten } = await this.#database.sql.system.listen(LEDGER_CHANNEL, wake, wake)
    this.#unlisten.push(unlisten)
    this.#loop.start()
  }

  /** Ends every stream, then stops looking. */
  async stop(): Promise<void> {
    await Promise.all([...this.#streams].map((stream) => stream.return()))
    await this.#loop.stop()
    await Promise.all(this.#unlisten.splice(0).map((stop) => stop()))
  }

  /** Wakes the streams behind which there are entries. */
  async runOnce(): Promise<Pace> {
    const watchers = [...this.#watchers]
    if (watchers.length === 0) return 'idle'
    const rows = await this.#database.sql.system<{ place: bigint }[]>`
      select w.place from unnest(${watchers.map(({ tenant }) => tenant)}::text[], ${watchers.map(({ id }) => id)}::text[],
        ${watchers.map(({ after }) => after.toString())}::text[]) with ordinality as w (tenant, id, after, place)
      join lateral (
        select last_sequence from ledger_account where tenant_id = w.tenant and id = w.id::uuid limit 1) a on true
      where a.last_sequence > w.after::bigint`
    for (const { place } of rows) watchers[Number(place) - 1]?.hear()
    return 'idle'
  }

  /**
   * The entries of an account: those after the cursor, or after now, then the live ones, without a gap or a repeat.
   * Undefined where there is no such account.
   * @throws Refusal INVALID_CURSOR
   */
  async stream(
    tenant: string,
    accountId: Id<'led'>,
    after: string | null | undefined,
  ): Promise<EntryStream | undefined> {
    const db = this.#database.forTenant(tenant)
    const account = await findLedgerAccount(db, accountId)
    if (account === undefined) return undefined
    const start = typeof after === 'string' ? sequenceIn(accountId, after) : account.lastSequence
    if (start > account.lastSequence) throw invalidCursor()
    return new ResumableStream<PostedEntry, bigint>({
      start,
      startCursor: cursorOf(accountId, start),
      page: async (position) => {
        const entries = await entriesAfter(db, accountId, position, STREAM_PAGE_MAX)
        return {
          events: entries.map((entry) => ({ ...entry, accountId, cursor: cursorOf(accountId, entry.sequence) })),
          position: entries.at(-1)?.sequence ?? position,
          isLast: entries.length < STREAM_PAGE_MAX,
        }
      },
      onEvents: (hear, position) => this.#watch({ tenant, id: toUuid(accountId), after: position, hear }),
      open: this.#streams,
    })
  }

  #watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }
}

// The journal's cursors, of a stream that each account is for itself. Their places count from 1, sequences from 0.
const typeOf = (accountId: Id<'led'>) => `ledger_entry.${accountId}`
const cursorOf = (accountId: Id<'led'>, sequence: bigint) =>
  encodeCursor(typeOf(accountId), { xid: 1n, seq: sequence + 1n })

function sequenceIn(accountId: Id<'led'>, cursor: string): bigint {
  const { xid, seq } = decodeCursor(cursor, [typeOf(accountId)])
  if (xid !== 1n) throw invalidCursor()
  return seq - 1n
}
