import { type Id, readId } from '@carriergraph/shared/ids.ts'
import { type MoneyRefusal, parseMoney } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'
import { isCountryCode } from '../compliance/country-code.ts'
import type { Counterparty } from '../compliance/payment.ts'
import type { ScreenedParty } from '../sanctions/hit.ts'
import type { PaymentToAssess } from './assess-payment.ts'

export type PaymentInput = {
  readonly paymentId: string
  readonly payerId: string
  readonly amount: { readonly amount: string; readonly currency: string }
  readonly createdAt: Date
  readonly payeeId?: string | null
  readonly counterparty?: CounterpartyInput | null
}

type CounterpartyInput = {
  readonly party: ScreenedParty
  readonly name: string
  readonly accountCountry?: string | null
  readonly bankCountry?: string | null
}

/** As long as ISO 20022 has names. */
const NAME_LENGTH_MAX = 140

/** Checks what is asked; the first fault in the order of the input is told. */
export function readPayment(
  input: PaymentInput,
): Outcome<PaymentToAssess, 'INVALID_ID' | 'INVALID_VALUE' | MoneyRefusal> {
  const paymentId = readId('pay', input.paymentId, ['paymentId'])
  if (!paymentId.ok) return paymentId
  const payerId = readId('usr', input.payerId, ['payerId'])
  if (!payerId.ok) return payerId
  const amount = parseMoney(input.amount.amount, input.amount.currency, { field: ['amount'] })
  if (!amount.ok) return amount
  if (amount.value.minor === 0n) return refuse('INVALID_MONEY', 'A payment is above zero.', ['amount', 'amount'])
  const payeeId = input.payeeId == null ? ok<Id<'usr'> | null>(null) : readId('usr', input.payeeId, ['payeeId'])
  if (!payeeId.ok) return payeeId
  const counterparty = input.counterparty == null ? ok(null) : readCounterparty(input.counterparty)
  if (!counterparty.ok) return counterparty
  return ok({
    paymentId: paymentId.value,
    payerId: payerId.value,
    payeeId: payeeId.value,
    counterparty: counterparty.value,
    amount: amount.value,
    createdAt: input.createdAt,
  })
}

function readCounterparty(input: CounterpartyInput): Outcome<Counterparty, 'INVALID_VALUE'> {
  const { party, accountCountry = null, bankCountry = null } = input
  const name = input.name.trim()
  if (!isPrintableText(name, NAME_LENGTH_MAX))
    return refuse('INVALID_VALUE', `Give 1 to ${NAME_LENGTH_MAX} printable characters.`, ['counterparty', 'name'])
  for (const [field, country] of Object.entries({ accountCountry, bankCountry }))
    if (country !== null && !isCountryCode(country))
      return refuse('INVALID_VALUE', 'Give an ISO 3166-1 alpha-2 code, such as KE.', ['counterparty', field])
  return ok({ party, name, accountCountry, bankCountry })
}
