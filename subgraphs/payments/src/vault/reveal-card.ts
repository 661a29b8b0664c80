import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { countRevealsOf, insertReveal } from '../db/card-reveals.ts'
import { countEventOfCard, findSealedCard } from '../db/cards.ts'
import { eventOf } from '../events.ts'
import type { TenantVault } from './data-keys.ts'
import { cardNotFound, type OwnersSeen, seesOwner } from './owners-seen.ts'
import type { RevealReason } from './reveal-reason.ts'
import { openStoredNumber } from './sealed-number.ts'
import type { SensitiveText } from './sensitive-text.ts'

/** Enough for a person's work on disputes, and not for taking the vault home. */
export const REVEALS_OF_ACTOR_MAX = 20
export const REVEAL_WINDOW_MS = 3_600_000

export type RevealCode = 'CARD_NOT_FOUND' | 'REVEAL_LIMIT_REACHED' | 'CARD_UNREADABLE'

export type CardToReveal = { readonly cardId: Id<'card'>; readonly reason: RevealReason; readonly seen: OwnersSeen }

/**
 * Hands out a whole number once it is durably on record who had it, when and why. What cannot be read is on record as
 * well, and counts: trying damaged cards is no way around the bound.
 */
export async function revealCard(
  vault: TenantVault,
  { cardId, reason, seen }: CardToReveal,
  provenance: Provenance,
  log: Log,
): Promise<Outcome<SensitiveText, RevealCode>> {
  const stored = await findSealedCard(vault.db, cardId)
  if (stored === undefined || !seesOwner(seen, stored.ownerId)) return cardNotFound()
  const opened = await openStoredNumber(vault, cardId, stored)
  const recorded = await recordReveal(vault.db, { cardId, reason, isReadable: opened.ok }, provenance)
  if (!recorded.ok) return recorded
  if (opened.ok) return opened
  log.error({ cardId, code: opened.code }, 'the number of a card cannot be read')
  return refuse('CARD_UNREADABLE', 'The stored number cannot be read.', ['cardId'])
}

type RevealOnRecord = { readonly cardId: Id<'card'>; readonly reason: RevealReason; readonly isReadable: boolean }

const recordReveal = (
  db: TenantDb,
  { cardId, reason, isReadable }: RevealOnRecord,
  { now, ...by }: Provenance,
): Promise<Outcome<undefined, 'CARD_NOT_FOUND' | 'REVEAL_LIMIT_REACHED'>> =>
  inTransaction(db, async (tx) => {
    const since = new Date(now.getTime() - REVEAL_WINDOW_MS)
    if ((await countRevealsOf(tx, by.actor, since)) >= REVEALS_OF_ACTOR_MAX)
      return refuse('REVEAL_LIMIT_REACHED', `At most ${REVEALS_OF_ACTOR_MAX} cards may be revealed in an hour.`)
    const counted = await countEventOfCard(tx, cardId)
    if (counted === undefined) return cardNotFound()
    await insertReveal(tx, { id: newId('rvl', now), cardId, actor: by.actor, reason, revealedAt: now })
    const data = { cardId, ownerId: counted.ownerId, reason, at: now.toISOString() }
    await appendToJournal(tx, {
      aggregate: { type: 'card', id: cardId },
      version: counted.version,
      ...eventOf(isReadable ? 'card.revealed' : 'card.reveal_failed', data),
      ...by,
      occurredAt: now,
    })
    return ok(undefined)
  })
