import { and, asc, desc, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import { type Clock, systemClock } from '../clock.ts'
import type { Database, Tx } from '../db/pools.ts'
import { inTransaction } from '../db/transaction.ts'
import { type Pace, PollingLoop, type Schedule } from './polling-loop.ts'
import { BEGINNING, justBefore, type Position } from './position.ts'
import { readHorizon } from './read.ts'
import { journal, journalSeal } from './table.ts'

/** How long a row may be without a seal: what is changed within this time goes unnoticed. */
export const SEAL_INTERVAL_MS = 10_000
/** Rows under one seal. Sealing reads them in one short transaction; verifying names a range of this size. */
export const SEAL_ROWS_MAX = 1_000

/** What the first seal is chained to. */
export const FIRST_PREVIOUS_HASH = new Uint8Array(32)

export type Seal = typeof journalSeal.$inferSelect

export type JournalSealerOptions = {
  readonly database: Database
  readonly log: Logger
  readonly clock?: Clock
  readonly schedule?: Schedule
}

/**
 * Chains the settled rows of a journal in the background, range by range: who changes a row later has to change every
 * seal after it. The hash of each seal is logged, so that the log, which is kept elsewhere, witnesses the chain's end.
 */
export class JournalSealer {
  readonly #database: Database
  readonly #log: Logger
  readonly #clock: Clock
  readonly #loop: PollingLoop

  constructor({ database, log, clock = systemClock, schedule }: JournalSealerOptions) {
    this.#database = database
    this.#log = log
    this.#clock = clock
    this.#loop = new PollingLoop({
      name: 'journal sealer',
      step: () => this.runOnce(),
      interval_ms: SEAL_INTERVAL_MS,
      log,
      schedule,
    })
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** Seals the next range, if there are rows and no other process is sealing. */
  async runOnce(): Promise<Pace> {
    const seal = await inTransaction(this.#database.system, (tx) => sealNext(tx, this.#clock()))
    if (seal === undefined) return 'idle'
    this.#log.info(
      { ordinal: seal.ordinal.toString(), rows: seal.rowCount, hash: Buffer.from(seal.hash).toString('hex') },
      'journal sealed',
    )
    return seal.rowCount === SEAL_ROWS_MAX ? 'again' : 'idle'
  }
}

async function sealNext(tx: Tx, now: Date): Promise<Seal | undefined> {
  const [lock] = await tx.execute<{ got: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended('seal the journal', 0)) as got`,
  )
  if (!lock?.got) return undefined
  const [previous] = await tx.select().from(journalSeal).orderBy(desc(journalSeal.ordinal)).limit(1)
  const after = previous === undefined ? BEGINNING : { xid: previous.lastXid, seq: previous.lastSeq }
  const last = await lastToSeal(tx, after)
  if (last === undefined) return undefined
  const previousHash = previous?.hash ?? FIRST_PREVIOUS_HASH
  const seal = {
    ordinal: (previous?.ordinal ?? 0n) + 1n,
    lastXid: last.xid,
    lastSeq: last.seq,
    ...(await journalDigest(tx, { after, last, previousHash })),
    previousHash,
    sealedAt: now,
  }
  await tx.insert(journalSeal).values(seal)
  return seal
}

/** The last of the next rows that may be sealed: only settled ones, or a row could still appear among them. */
async function lastToSeal(tx: Tx, after: Position): Promise<Position | undefined> {
  const { horizon } = await readHorizon(tx)
  const next = tx
    .select({ xid: journal.xid, seq: journal.seq })
    .from(journal)
    .where(
      and(
        sql`(${journal.xid}, ${journal.seq}) > (${after.xid.toString()}::xid8, ${after.seq}::bigint)`,
        sql`${journal.xid} <= ${justBefore(horizon).xid.toString()}::xid8`,
      ),
    )
    .orderBy(asc(journal.xid), asc(journal.seq))
    .limit(SEAL_ROWS_MAX)
    .as('next')
  const [last] = await tx.select().from(next).orderBy(desc(next.xid), desc(next.seq)).limit(1)
  return last
}

/** Number and hash of a range of rows, as the SQL function `journal_digest` says. */
export async function journalDigest(
  db: Pick<Tx, 'execute'>,
  range: { after: Position; last: Position; previousHash: Uint8Array },
): Promise<{ rowCount: number; hash: Uint8Array }> {
  const { after, last } = range
  const previousHash = `\\x${Buffer.from(range.previousHash).toString('hex')}`
  const [digest] = await db.execute<{ row_count: number; hash: Uint8Array }>(
    sql`select row_count, hash from journal_digest(${after.xid.toString()}::xid8, ${after.seq}::bigint,
      ${last.xid.toString()}::xid8, ${last.seq}::bigint, ${previousHash}::text::bytea)`,
  )
  if (digest === undefined) throw new Error('journal_digest gave no row.')
  return { rowCount: digest.row_count, hash: digest.hash }
}
