import type { CardResolvers } from '../generated/resolvers.ts'
import { isExpired } from '../vault/expiry.ts'
import { cardIdIn } from './card-id.ts'

export const Card: CardResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.card.load(cardIdIn(id)),
  owner: ({ ownerId }) => ({ id: ownerId }),
  isExpired: ({ expiryMonth, expiryYear }, _, { clock }) =>
    isExpired({ month: expiryMonth, year: expiryYear }, clock()),
}
