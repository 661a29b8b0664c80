import { money } from '@carriergraph/shared/money/money.ts'
import type { ExpectedBankMovementResolvers } from '../generated/resolvers.ts'

export const ExpectedBankMovement: ExpectedBankMovementResolvers = {
  amount: ({ amountMinor, currency }) => money(amountMinor, currency),
  fee: ({ feeMinor, currency }) => money(feeMinor, currency),
  counterpartyAccount: ({ counterparty }) => counterparty,
}
