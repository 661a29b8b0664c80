import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import type { LargeTransactionReportResolvers } from '../generated/resolvers.ts'

/** As remittances are told it; more digits stay where there are any. */
function withCents(usd: string): string {
  const decimal = new Decimal(usd)
  return decimal.toFixed(Math.max(2, decimal.decimalPlaces()))
}

export const LargeTransactionReport: LargeTransactionReportResolvers = {
  remittance: ({ remittanceId }) => ({ id: remittanceId }),
  sender: ({ senderId }, _args, { loaders }) => loaders.user.load(senderId),
  assessment: async ({ assessmentId }, _args, { loaders }) => {
    const assessment = await loaders.remittanceAssessment.load(assessmentId)
    if (assessment === null) throw new Error(`The assessment ${assessmentId} of a report is gone.`)
    return assessment
  },
  beneficiaryBankCountry: ({ bankCountry }) => bankCountry,
  beneficiaryBic: ({ bic }) => bic,
  beneficiaryClearingMember: ({ clearingMember }) => clearingMember,
  delivered: ({ deliveredMinor: minor, deliveredCurrency: currency }) =>
    minor === null || currency === null ? null : { amount: formatAmount({ minor, currency }), currency },
  usdEquivalent: ({ usdEquivalent }) => withCents(usdEquivalent),
  amount: ({ amountMinor, currency }) => ({ amount: formatAmount({ minor: amountMinor, currency }), currency }),
}
