import type { NewJournalEvent } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { Card } from '../db/cards.ts'
import { eventOf } from '../events.ts'

/** How others learn what happened to a card: by its id and what may be shown. */
export function cardEvent(
  type: 'card.added' | 'card.renewed' | 'card.removed',
  card: Card,
  { now, ...by }: Provenance,
): NewJournalEvent {
  const { id, ownerId, brand, lastFour, expiryMonth, expiryYear, version } = card
  return {
    aggregate: { type: 'card', id },
    version,
    ...eventOf(type, { cardId: id, ownerId, brand, lastFour, expiryMonth, expiryYear, at: now.toISOString() }),
    ...by,
    occurredAt: now,
  }
}
