import { inTransactionInTurn } from '@carriergraph/shared/db/in-turn.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import {
  type Card,
  countCardsOf,
  findCardByFingerprint,
  insertCard,
  lockOwnerOfCards,
  renewCard,
  type SealedNumber,
} from '../db/cards.ts'
import { cardEvent } from './card-event.ts'
import type { CardNumber } from './card-number.ts'
import { activeDataKey, type TenantVault } from './data-keys.ts'
import type { Expiry } from './expiry.ts'
import type { UnwrapFault } from './keys/key-provider.ts'
import { fingerprintOf, sealNumber } from './sealed-number.ts'

/** A card that passed every check of form. There is no security code in it, and the compiler lets none in. */
export type CardToAdd = {
  readonly ownerId: Id<'usr'>
  readonly number: CardNumber
  readonly expiry: Expiry
  readonly securityCode?: never
}

/** Far more than people have; a thief who tries numbers out has more. */
export const CARDS_OF_OWNER_MAX = 20

/**
 * Stores a card, or finds the owner's card with the same number, whose expiry then becomes the given one. Everything
 * that may wait for a key service is done before the transaction. Those of one owner stand in line.
 * @throws OverloadError where too many of the owner's do
 */
export async function addCard(
  vault: TenantVault,
  { ownerId, number, expiry }: CardToAdd,
  provenance: Provenance,
): Promise<Outcome<Card, UnwrapFault | 'TOO_MANY_CARDS'>> {
  const { tenant, db, keys } = vault
  const { now } = provenance
  const dataKey = await activeDataKey(vault, provenance)
  if (!dataKey.ok) return dataKey
  const { digits, brand, bin, lastFour } = number
  const current = await fingerprintOf(vault, ownerId, digits)
  const older = await Promise.all(keys.lookupKeyIds.slice(1).map((id) => fingerprintOf(vault, ownerId, digits, id)))
  const id = newId('card', now)
  const stored: SealedNumber = {
    dataKeyId: dataKey.value.id,
    sealed: sealNumber(tenant, id, dataKey.value, digits),
    fingerprint: current,
  }
  return inTransactionInTurn(db, `owner ${ownerId}`, async (tx) => {
    await lockOwnerOfCards(tx, ownerId)
    const known = await findCardByFingerprint(tx, ownerId, [current, ...older])
    if (known !== undefined) {
      if (known.expiryMonth === expiry.month && known.expiryYear === expiry.year) return ok(known)
      const renewed = await renewCard(tx, known.id, expiry)
      if (renewed === undefined) throw new Error(`${known.id} was removed while it was added.`)
      await appendToJournal(tx, cardEvent('card.renewed', renewed, provenance))
      return ok(renewed)
    }
    if ((await countCardsOf(tx, ownerId)) >= CARDS_OF_OWNER_MAX)
      return refuse('TOO_MANY_CARDS', `An owner has at most ${CARDS_OF_OWNER_MAX} cards: remove one first.`)
    const shown = { id, ownerId, brand, bin, lastFour, expiryMonth: expiry.month, expiryYear: expiry.year }
    const added = await insertCard(tx, { ...shown, createdAt: now }, stored)
    await appendToJournal(tx, cardEvent('card.added', added, provenance))
    return ok(added)
  })
}
