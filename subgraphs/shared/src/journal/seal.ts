import { and, asc, desc, sql } from 'drizzle-orm'
import { type Clock, systemClock } from '../clock.ts'
import type { Tx } from '../db/pools.ts'
import { BEGINNING, justBefore, type Position } from './position.ts'
import { readHorizon } from './read.ts'
import { type SealedRange, Sealer, type SealerOptions } from './sealer.ts'
import { journal, journalSeal } from './table.ts'

/** Rows under one seal. Sealing reads them in one short transaction; verifying names a range of this size. */
export const SEAL_ROWS_MAX = 1_000

/** What the first seal is chained to. */
export const FIRST_PREVIOUS_HASH = new Uint8Array(32)

export type Seal = typeof journalSeal.$inferSelect

/** Chains the rows of a service's journal. */
export class JournalSealer extends Sealer {
  constructor({ clock = systemClock, ...options }: Omit<SealerOptions, 'clock'> & { readonly clock?: Clock }) {
    super('journal', sealNext, { ...options, clock })
  }
}

async function sealNext(tx: Tx, now: Date): Promise<SealedRange> {
  const [previous] = await tx.select().from(journalSeal).orderBy(desc(journalSeal.ordinal)).limit(1)
  const after = previous === undefined ? BEGINNING : { xid: previous.lastXid, seq: previous.lastSeq }
  const last = await lastToSeal(tx, after)
  if (last === undefined) return { seals: [], isLast: true }
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
  return { seals: [seal], isLast: seal.rowCount < SEAL_ROWS_MAX }
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
