import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { findAccountFacts } from '../db/admission-facts.ts'
import { findBillingAccountOwner } from '../db/billing-accounts.ts'
import { findRoute } from '../db/payment-routes.ts'
import type { Payment } from '../domain/payment.ts'
import { countryOfAgent } from '../rails/account-number.ts'
import type { Party } from '../rails/instruction.ts'
import type { Parties } from '../risk/client.ts'

/** What of a payment says who is concerned. */
type Concerned = Pick<Payment, 'id' | 'type' | 'method' | 'payerId' | 'destinationAccountId' | 'billingAccountId'>

/**
 * Whom risk screens beside the payer: the owner of the wallet that a transfer goes to, or of the billing account that a top-up
 * does, or who is at the bank. The owner of a card is the payer.
 */
export async function partiesOf(db: TenantDb, payment: Concerned): Promise<Parties> {
  const { id, type, method } = payment
  if (type === 'TRANSFER') {
    const wallet = await findAccountFacts(db, payment.destinationAccountId)
    return { payeeId: wallet?.ownerId ?? undefined }
  }
  if (type === 'TOP_UP') return { payeeId: await otherOwner(db, payment) }
  if (method !== 'BANK') return {}
  const { counterparty } = await findRoute(db, id)
  return { counterparty: { party: type === 'DEPOSIT' ? 'SENDER' : 'BENEFICIARY', ...placeOf(counterparty) } }
}

/** Most pay for themselves, and are screened as payers: of those risk is asked as by the version before, which named nobody. */
async function otherOwner(
  db: TenantDb,
  { billingAccountId, payerId }: Pick<Payment, 'billingAccountId' | 'payerId'>,
): Promise<Id<'usr'> | undefined> {
  const ownerId = billingAccountId === null ? undefined : await findBillingAccountOwner(db, billingAccountId)
  return ownerId === payerId ? undefined : ownerId
}

/** Of an account its countries alone are the business of risk. */
const placeOf = ({ name, account, agent }: Party) => ({
  name,
  accountCountry: account?.slice(0, 2) ?? null,
  bankCountry: agent === undefined ? null : (countryOfAgent(agent.toUpperCase()) ?? null),
})
