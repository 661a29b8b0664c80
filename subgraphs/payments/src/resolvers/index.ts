import type { Resolvers } from '../generated/resolvers.ts'
import { LedgerAccount } from './LedgerAccount.ts'
import { Money } from './Money.ts'
import { createPayment } from './Mutation/createPayment.ts'
import { openWallet } from './Mutation/openWallet.ts'
import { Payment } from './Payment.ts'
import { Query } from './Query.ts'
import { User } from './User.ts'

export const resolvers: Resolvers = {
  Query,
  Mutation: { createPayment, openWallet },
  LedgerAccount,
  Money,
  Payment,
  User,
}
