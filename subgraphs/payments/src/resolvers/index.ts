import type { Resolvers } from '../generated/resolvers.ts'
import { cardScalars } from '../vault/scalars.ts'
import { Card } from './Card.ts'
import { LedgerAccount } from './LedgerAccount.ts'
import { Money } from './Money.ts'
import { addCard } from './Mutation/addCard.ts'
import { createPayment } from './Mutation/createPayment.ts'
import { openWallet } from './Mutation/openWallet.ts'
import { removeCard } from './Mutation/removeCard.ts'
import { revealCard } from './Mutation/revealCard.ts'
import { Payment } from './Payment.ts'
import { Query } from './Query.ts'
import { User } from './User.ts'

export const resolvers: Resolvers = {
  Query,
  Mutation: { addCard, createPayment, openWallet, removeCard, revealCard },
  Card,
  LedgerAccount,
  Money,
  Payment,
  User,
  ...cardScalars,
}
