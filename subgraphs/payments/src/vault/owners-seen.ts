import type { Id } from '@carriergraph/shared/ids.ts'
import { refuse } from '@carriergraph/shared/outcome.ts'

/** Whose cards the caller may see. */
export type OwnersSeen = 'everybody' | Id<'usr'>

export const seesOwner = (seen: OwnersSeen, ownerId: Id<'usr'>): boolean => seen === 'everybody' || seen === ownerId

/** Somebody else's card is answered as one that does not exist. */
export const cardNotFound = () => refuse('CARD_NOT_FOUND', 'There is no such card.', ['cardId'])
