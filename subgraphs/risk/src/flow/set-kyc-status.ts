import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { UserRow } from '../db/tables/user.ts'
import { lockUser, updateKycStatus } from '../db/users.ts'
import { changeKycStatus, type KycStatus } from '../domain/kyc.ts'
import { eventOf } from '../events.ts'

/** Records the outcome of a verification; the status that the user has already changes nothing. */
export function setKycStatus(
  db: TenantDb,
  userId: Id<'usr'>,
  to: KycStatus,
  { now, ...by }: Provenance,
): Promise<Outcome<UserRow, 'USER_NOT_FOUND' | 'ILLEGAL_TRANSITION'>> {
  return inTransaction(db, async (tx) => {
    const user = await lockUser(tx, userId)
    if (user === null) return refuse('USER_NOT_FOUND', `There is no user ${userId}.`, ['userId'])
    const from = user.kycStatus
    if (from === to) return ok(user)
    const change = changeKycStatus(from, to)
    if (!change.ok) return change
    const changed = await updateKycStatus(tx, user, to)
    await appendToJournal(tx, {
      aggregate: { type: 'user', id: userId },
      version: changed.version,
      ...eventOf('user.kyc_changed', { userId, from, to }),
      ...by,
      occurredAt: now,
    })
    return ok(changed)
  })
}
