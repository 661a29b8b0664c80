import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'
import { type Card, eraseCard, findCards } from '../db/cards.ts'
import { cardEvent } from './card-event.ts'
import { cardNotFound, type OwnersSeen, seesOwner } from './owners-seen.ts'

/** Erases a card's number for ever. A card that was removed before is answered with as it is. */
export async function removeCard(
  db: TenantDb,
  id: Id<'card'>,
  seen: OwnersSeen,
  provenance: Provenance,
): Promise<Outcome<Card, 'CARD_NOT_FOUND'>> {
  const [found] = await findCards(db, [id])
  if (found === undefined || !seesOwner(seen, found.ownerId)) return cardNotFound()
  return inTransaction(db, async (tx) => {
    const removed = await eraseCard(tx, id, provenance.now)
    if (removed !== undefined) {
      await appendToJournal(tx, cardEvent('card.removed', removed, provenance))
      return ok(removed)
    }
    const [before] = await findCards(tx, [id])
    return before === undefined ? cardNotFound() : ok(before)
  })
}
