import { asc, lte } from 'drizzle-orm'
import type { Db } from '../db/pools.ts'
import { type Id, namedId, newId } from '../ids.ts'
import type { Ledger, Posting } from './ledger.ts'
import { inSlotOf } from './slot.ts'
import { ledgerHold } from './tables.ts'
import type { TransferOrder } from './transfer.ts'

/** Released in one go; the rest is found at the next call. */
export const EXPIRED_MAX = 1_000

/**
 * Releases what pending transfers hold that have expired, the oldest first. Until then nothing can be posted from them,
 * and what they hold is not available either. May run anywhere, at once and as often as one likes: the id of each
 * release follows from the pending transfer's.
 * @returns how many were released
 */
export async function expirePending(db: Db, ledger: Ledger, now: Date): Promise<number> {
  const expired = await db
    .select({ id: ledgerHold.transferId })
    .from(ledgerHold)
    .where(lte(ledgerHold.expiresAt, now))
    .orderBy(asc(ledgerHold.expiresAt))
    .limit(EXPIRED_MAX)
  const postings = await Promise.all(expired.map(({ id }) => expireOne(ledger, id)))
  return postings.filter((posting) => posting.ok && !posting.value.replayed).length
}

/**
 * Releases what one pending transfer holds that has expired. Refused with PENDING_EXPIRED where somebody has released it
 * under another id.
 */
export async function expireOne(ledger: Pick<Ledger, 'post'>, pendingId: Id<'tfr'>): Promise<Posting> {
  const expiry = expiryOf(pendingId)
  const posting = await ledger.post(expiry)
  // Asked for by a clock that was then set back: that refusal stays under the id that everybody asks by.
  const isTooEarly = !posting.ok && posting.code === 'PENDING_NOT_EXPIRED'
  return isTooEarly ? ledger.post({ ...expiry, id: inSlotOf(newId('tfr'), pendingId) }) : posting
}

/** The same one, whoever asks for it, on the shard of what it releases. */
const expiryOf = (pendingId: Id<'tfr'>): TransferOrder => ({
  kind: 'EXPIRE_PENDING',
  id: inSlotOf(namedId('tfr', `expiry of ${pendingId}`), pendingId),
  pendingId,
  reference: 'expiry',
})
