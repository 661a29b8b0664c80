import { formatAmount } from '@carriergraph/shared/money/money.ts'
import type { LargeTransactionReportResolvers } from '../generated/resolvers.ts'

export const LargeTransactionReport: LargeTransactionReportResolvers = {
  remittance: ({ remittanceId }) => ({ id: remittanceId }),
  sender: ({ senderId }, _args, { loaders }) => loaders.user.load(senderId),
  amount: ({ amountMinor, currency }) => ({ amount: formatAmount({ minor: amountMinor, currency }), currency }),
}
