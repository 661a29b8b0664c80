import { createHash } from 'node:crypto'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { UserRow } from '../db/tables/user.ts'
import { findRegistration, insertUser } from '../db/users.ts'
import type { KycStatus } from '../domain/kyc.ts'
import type { Registration } from '../domain/registration.ts'
import { eventOf } from '../events.ts'

/** What demo data fixes and a registration leaves to chance and rule. */
export type Preset = { readonly id: Id<'usr'>; readonly kycStatus: KycStatus }

/** Registers a user once: sent again under the same key, it answers with the same user. */
export function registerUser(
  db: TenantDb,
  registration: Registration,
  { now, ...by }: Provenance,
  preset: Preset = { id: newId('usr', now), kycStatus: 'PENDING' },
): Promise<Outcome<UserRow, 'IDEMPOTENCY_KEY_REUSED'>> {
  const requestHash = hashOf(registration)
  return inTransaction(db, async (tx) => {
    const inserted = await insertUser(tx, {
      ...registration,
      ...preset,
      roles: [...registration.roles],
      version: 1,
      registeredBy: by.actor,
      requestHash,
      createdAt: now,
    })
    if (inserted === null) return earlier(tx, registration, by.actor, { id: preset.id, requestHash })
    const { id, displayName, roles, kycStatus } = inserted
    await appendToJournal(tx, {
      aggregate: { type: 'user', id },
      version: 1,
      ...eventOf('user.registered', { userId: id, displayName, roles, kycStatus }),
      ...by,
      occurredAt: now,
    })
    return ok(inserted)
  })
}

async function earlier(
  tx: Tx,
  { idempotencyKey }: Registration,
  registeredBy: string,
  { id, requestHash }: Pick<UserRow, 'id' | 'requestHash'>,
) {
  const user = await findRegistration(tx, registeredBy, idempotencyKey)
  if (user === null)
    throw new Error(`Nobody is registered under ${JSON.stringify(idempotencyKey)}, and ${id} was not kept either.`)
  if (user.requestHash === requestHash) return ok(user)
  const message = 'This key was used for another registration: choose a new one.'
  return refuse('IDEMPOTENCY_KEY_REUSED', message, ['idempotencyKey'])
}

/**
 * Tells two registrations under one key apart: SHA-256 in hex over one fixed spelling. No name has a line break. The
 * first line names the spelling: a later field gets a new one.
 */
const hashOf = ({ displayName, roles }: Registration): string =>
  createHash('sha256')
    .update(['v1', displayName, ...roles].join('\n'))
    .digest('hex')
