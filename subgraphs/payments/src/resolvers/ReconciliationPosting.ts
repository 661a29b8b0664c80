import { money } from '@carriergraph/shared/money/money.ts'
import type { ReconciliationPostingResolvers } from '../generated/resolvers.ts'

export const ReconciliationPosting: ReconciliationPostingResolvers = {
  amount: ({ amountMinor, currency }) => money(amountMinor, currency),
}
