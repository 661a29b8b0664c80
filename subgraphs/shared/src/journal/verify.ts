import { asc, gt } from 'drizzle-orm'
import type { Database } from '../db/pools.ts'
import { BEGINNING, type Position } from './position.ts'
import { FIRST_PREVIOUS_HASH, journalDigest, type Seal } from './seal.ts'
import { journalSeal } from './table.ts'

/** What keeps a seal of the journal from holding, and what it means: `docs/errors.md` lists them. */
export const JOURNAL_FAULTS = {
  ROWS_CHANGED: 'The events under the seal are not those that were sealed: one was changed, removed or put in.',
  SEAL_MISSING: 'The seal of that number is not there.',
  CHAIN_BROKEN: 'The seal is not chained to the one before it: that one was computed anew.',
  OTHER_THAN_WITNESSED:
    'The seal is not the one that the log bears witness of (`verifyJournal` with a witness; the command is given none).',
} as const

/** Seals read at once. */
const SEALS_PAGE = 100

export type JournalVerdict =
  | { readonly ok: true; readonly seals: number; readonly rows: number }
  | {
      readonly ok: false
      /** The first seal that does not hold, and the range of rows that it should cover: after the one, up to the other. */
      readonly ordinal: bigint
      readonly after: Position
      readonly last: Position | null
      readonly code: keyof typeof JOURNAL_FAULTS
    }

/** A seal as it was logged when it was made. */
export type Witness = { readonly ordinal: bigint; readonly hash: Uint8Array }

/**
 * Computes every seal anew and names the first that does not hold. The chain cannot tell that its last seals were
 * removed, or that somebody has computed all of them anew: for that, give a witness from the log.
 */
export async function verifyJournal({ system }: Database, witness?: Witness): Promise<JournalVerdict> {
  let after = BEGINNING
  let previous: Pick<Seal, 'ordinal' | 'hash'> = { ordinal: 0n, hash: FIRST_PREVIOUS_HASH }
  let [seals, rows] = [0, 0]
  for (;;) {
    const page = await system
      .select()
      .from(journalSeal)
      .where(gt(journalSeal.ordinal, previous.ordinal))
      .orderBy(asc(journalSeal.ordinal))
      .limit(SEALS_PAGE)
    for (const seal of page) {
      const last = { xid: seal.lastXid, seq: seal.lastSeq }
      const code = brokenLink(previous, seal, witness) ?? (await brokenRange(system, seal, after))
      if (code !== undefined) return { ok: false, ordinal: previous.ordinal + 1n, after, last, code }
      previous = seal
      after = last
      seals += 1
      rows += seal.rowCount
    }
    if (page.length < SEALS_PAGE) break
  }
  if (witness !== undefined && witness.ordinal > previous.ordinal) {
    return { ok: false, ordinal: previous.ordinal + 1n, after, last: null, code: 'SEAL_MISSING' }
  }
  return { ok: true, seals, rows }
}

function brokenLink(previous: Pick<Seal, 'ordinal' | 'hash'>, seal: Seal, witness?: Witness) {
  if (seal.ordinal !== previous.ordinal + 1n) return 'SEAL_MISSING'
  if (!isSame(seal.previousHash, previous.hash)) return 'CHAIN_BROKEN'
  if (witness?.ordinal === seal.ordinal && !isSame(witness.hash, seal.hash)) return 'OTHER_THAN_WITNESSED'
  return undefined
}

async function brokenRange(system: Database['system'], seal: Seal, after: Position) {
  const last = { xid: seal.lastXid, seq: seal.lastSeq }
  const digest = await journalDigest(system, { after, last, previousHash: seal.previousHash })
  const holds = digest.rowCount === seal.rowCount && isSame(digest.hash, seal.hash)
  return holds ? undefined : 'ROWS_CHANGED'
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
