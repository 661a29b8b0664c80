// Remittances in the graph, with rates and a risk that decides on them.

import { newId } from '@carriergraph/shared/ids.ts'
import type { Caller } from '@carriergraph/shared/testing/running-subgraph.ts'
import type { Purse } from './payments-database.ts'
import { ownerOf, type PaymentsGraph, runPayments, START } from './payments-graph.ts'
import { importTestRates } from './remittance-stage.ts'

const QUOTE = `mutation ($input: CreateFxQuoteInput!) { createFxQuote(input: $input) { quote { id } errors { code } } }`
const FIELDS = `id status sender { id } sourceAccount { id } quote { id usedAt } debited { amount currency } fees { amount }
  deliveredAtMid { amount } spread { amount } rounding { amount } delivered { amount currency } midRate customerRate
  usdEquivalent beneficiary { name country maskedAccount bic clearingMember { system id } } purpose sourceOfFunds message failure { code }
  bankReason bankReference returned { amount } decideBy history { status actor } createdAt`
const CREATE = `mutation ($input: CreateRemittanceInput!) { createRemittance(input: $input) {
  remittance { ${FIELDS} } errors { code field } } }`
export const CANCEL = `mutation ($input: CancelRemittanceInput!) { cancelRemittance(input: $input) {
  remittance { id status failure { code } } errors { code field } } }`

export const ACCOUNT = 'FR1420041010050500013M02606'
export const beneficiary = { name: 'Ada Lovelace', country: 'FR', iban: ACCOUNT }
export const byMember = {
  name: 'Ada Lovelace',
  country: 'AU',
  accountNumber: '000123456789',
  clearingMember: { system: 'AUBSB', id: '062-000' },
}

/** Payments as the gateway meets them, with what tests of remittances ask again and again. */
export type RemittanceGraph = PaymentsGraph & Awaited<ReturnType<typeof remittancesOn>>

export async function runRemittances(): Promise<RemittanceGraph> {
  const graph = await runPayments()
  for (const tenant of ['demo', 'rival']) await importTestRates({ db: graph.database.forTenant(tenant) }, START)
  return { ...graph, ...remittancesOn(graph) }
}

function remittancesOn(graph: PaymentsGraph) {
  async function inputOf(purse: Purse, change: Record<string, unknown> = {}) {
    const input = {
      idempotencyKey: newId('evt'),
      sourceCurrency: 'EUR',
      targetCurrency: 'USD',
      debitedAmount: '100',
      ownerId: purse.userId,
    }
    const { data } = await graph.ask(ownerOf(purse), QUOTE, { input })
    return {
      idempotencyKey: newId('evt'),
      quoteId: data.createFxQuote.quote.id,
      sourceAccountId: purse.walletId,
      beneficiary,
      purpose: 'FAMILY_SUPPORT',
      sourceOfFunds: 'SALARY',
      message: 'SANDBOX NONE',
      ...change,
    }
  }

  async function created(purse: Purse, change: Record<string, unknown> = {}, caller: Caller = ownerOf(purse)) {
    const { data, errors } = await graph.ask(caller, CREATE, { input: await inputOf(purse, change) })
    if (errors !== undefined) throw new Error(JSON.stringify(errors))
    return data.createRemittance
  }

  return { inputOf, created }
}
