import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { type Outcome, refuse } from '@carriergraph/shared/outcome.ts'
import type { Card } from '../db/cards.ts'
import { addCard, type CardToAdd } from './add-card.ts'
import type { KeyProvider } from './keys/key-provider.ts'
import type { OwnersSeen } from './owners-seen.ts'
import { removeCard } from './remove-card.ts'
import { type CardToReveal, type RevealCode, revealCard } from './reveal-card.ts'
import type { SensitiveText } from './sensitive-text.ts'

/** The tenant of a request and its rows. */
export type OfTenant = { readonly tenant: string; readonly db: TenantDb }

/**
 * The card vault. A card is known by its id everywhere; its number is encrypted under a data key of its tenant, bound to
 * the id, and the data key under a wrapping key that the database never sees. A fingerprint under a key of its own finds
 * the card of an owner with the same number. Security codes are looked at and never kept.
 */
export type CardVault = {
  add(
    of: OfTenant,
    card: CardToAdd,
    provenance: Provenance,
  ): Promise<Outcome<Card, 'TOO_MANY_CARDS' | 'VAULT_UNAVAILABLE'>>
  reveal(of: OfTenant, card: CardToReveal, provenance: Provenance): Promise<Outcome<SensitiveText, RevealCode>>
  remove(
    of: OfTenant,
    id: Id<'card'>,
    seen: OwnersSeen,
    provenance: Provenance,
  ): Promise<Outcome<Card, 'CARD_NOT_FOUND'>>
}

export function createCardVault({ keys, log }: { readonly keys: KeyProvider; readonly log: Log }): CardVault {
  return {
    async add(of, card, provenance) {
      const added = await addCard({ ...of, keys }, card, provenance)
      if (added.ok) return added
      if (added.code === 'TOO_MANY_CARDS') return refuse(added.code, added.message)
      log.error({ code: added.code }, 'the active data key cannot be used: no card can be added')
      return refuse('VAULT_UNAVAILABLE', 'No card can be added at the moment.')
    },
    reveal: (of, card, provenance) => revealCard({ ...of, keys }, card, provenance, log),
    remove: ({ db }, id, seen, provenance) => removeCard(db, id, seen, provenance),
  }
}
