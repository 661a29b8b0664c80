import { formatAmount, money } from '@carriergraph/shared/money/money.ts'
import { bankCountryOf } from '../remittance/beneficiary.ts'
import type { Remittance } from '../remittance/remittance.ts'
import { createRiskCall, type RiskCallOptions } from './call.ts'
import { ASSESS_REMITTANCE, type RemittanceRiskAnswer, readRemittanceAnswer } from './remittance-answer.ts'

export type RemittanceQuestion = Remittance & { readonly tenant: string }

export type RemittanceRiskClient = {
  /**
   * Asks risk to assess a remittance: who sends, who gets it, and what for. Never throws for what risk does or does not do. Safe to
   * ask again: risk assesses a remittance once and answers the same from then on.
   */
  assess(question: RemittanceQuestion): Promise<RemittanceRiskAnswer>
}

/** Calls risk's `assessRemittance`. Of the beneficiary's account, its country and its bank alone are the business of risk. */
export function createRemittanceRiskClient(options: RiskCallOptions): RemittanceRiskClient {
  const call = createRiskCall(options)
  return {
    assess: (question) => {
      const { tenant, correlationId, id } = question
      const asked = { tenant, correlationId, subject: id, query: ASSESS_REMITTANCE, input: inputOf(question) }
      return call<RemittanceRiskAnswer>(asked, readRemittanceAnswer)
    },
  }
}

const inputOf = (remittance: Remittance) => ({
  remittanceId: remittance.id,
  senderId: remittance.senderId,
  beneficiary: {
    name: remittance.beneficiary.name,
    country: remittance.beneficiary.country,
    bankCountry: bankCountryOf(remittance.beneficiary),
    bic: remittance.beneficiary.bic,
    clearingMember: remittance.beneficiary.clearingMember,
  },
  amount: {
    amount: formatAmount(money(remittance.debitedMinor, remittance.sourceCurrency)),
    currency: remittance.sourceCurrency,
  },
  usdEquivalent: formatAmount(money(remittance.usdMinor, 'USD')),
  delivered: {
    amount: formatAmount(money(remittance.deliveredMinor, remittance.targetCurrency)),
    currency: remittance.targetCurrency,
  },
  customerRate: remittance.customerRate,
  purpose: remittance.purpose,
  sourceOfFunds: remittance.fundsSource,
  createdAt: remittance.createdAt.toISOString(),
})
