import { money } from '@carriergraph/shared/money/money.ts'
import type { ReconciliationTotalResolvers } from '../generated/resolvers.ts'

export const ReconciliationTotal: ReconciliationTotalResolvers = {
  linesAmount: ({ linesMinor, currency }) => money(linesMinor, currency),
  expectedAmount: ({ expectedMinor, currency }) => money(expectedMinor, currency),
  fee: ({ feeMinor, currency }) => money(feeMinor, currency),
  difference: ({ differenceMinor, currency }) => money(differenceMinor, currency),
}
