import type { Id } from '@carriergraph/shared/ids.ts'
import { formatAmount, type Money } from '@carriergraph/shared/money/money.ts'
import type { RiskAnswer } from '../domain/decide.ts'
import { ASSESS_PAYMENT, readAnswer } from './answer.ts'
import { createRiskCall, type RiskCallOptions } from './call.ts'

/** Who is at the other end of a payment, outside of the graph: what risk's PaymentCounterpartyInput says. */
export type Counterparty = {
  readonly party: 'SENDER' | 'BENEFICIARY'
  readonly name: string
  /** ISO 3166-1 alpha-2; null where they are not known. */
  readonly accountCountry: string | null
  readonly bankCountry: string | null
}

/** Whom risk screens beside the payer. What a payment does not have is not named: risk of an earlier version knows neither. */
export type Parties = { readonly payeeId?: Id<'usr'> | undefined; readonly counterparty?: Counterparty }

export type RiskQuestion = Parties & {
  readonly tenant: string
  readonly correlationId: string
  readonly paymentId: Id<'pay'>
  readonly payerId: Id<'usr'>
  readonly amount: Money
  readonly createdAt: Date
}

export type RiskClient = {
  /**
   * Asks risk to assess a payment. Never throws for what risk does or does not do. Safe to ask again: risk assesses a
   * payment once and answers the same from then on.
   */
  assess(question: RiskQuestion): Promise<RiskAnswer>
}

/** Calls risk's `assessPayment`. */
export function createRiskClient(options: RiskCallOptions): RiskClient {
  const call = createRiskCall(options)
  return {
    assess: (question) => {
      const { tenant, correlationId, paymentId } = question
      const asked = { tenant, correlationId, subject: paymentId, query: ASSESS_PAYMENT, input: inputOf(question) }
      return call<RiskAnswer>(asked, readAnswer)
    },
  }
}

const inputOf = ({ paymentId, payerId, amount, createdAt, payeeId, counterparty }: RiskQuestion) => ({
  paymentId,
  payerId,
  amount: { amount: formatAmount(amount), currency: amount.currency },
  createdAt: createdAt.toISOString(),
  // JSON leaves out what is undefined.
  payeeId,
  counterparty,
})
