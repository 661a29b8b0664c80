import { money } from '@carriergraph/shared/money/money.ts'
import type { BankStatementLineResolvers } from '../generated/resolvers.ts'

export const BankStatementLine: BankStatementLineResolvers = {
  amount: ({ amountMinor, currency }) => money(amountMinor, currency),
  charges: ({ chargesMinor, currency }) => money(chargesMinor, currency),
}
