import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { findAccountFacts } from '../db/admission-facts.ts'
import { findRoute } from '../db/payment-routes.ts'
import type { Payment } from '../domain/payment.ts'
import { countryOfAgent } from '../rails/account-number.ts'
import type { Party } from '../rails/instruction.ts'
import type { Parties } from '../risk/client.ts'

/**
 * Whom risk screens beside the payer: the owner of the wallet that a transfer goes to, or who is at the bank. The owner of a
 * card is the payer.
 */
export async function partiesOf(
  db: TenantDb,
  { id, type, method, destinationAccountId }: Pick<Payment, 'id' | 'type' | 'method' | 'destinationAccountId'>,
): Promise<Parties> {
  if (type === 'TRANSFER') return { payeeId: (await findAccountFacts(db, destinationAccountId))?.ownerId ?? undefined }
  if (method !== 'BANK') return {}
  const { counterparty } = await findRoute(db, id)
  return { counterparty: { party: type === 'DEPOSIT' ? 'SENDER' : 'BENEFICIARY', ...placeOf(counterparty) } }
}

/** Of an account its countries alone are the business of risk. */
const placeOf = ({ name, account, agent }: Party) => ({
  name,
  accountCountry: account?.slice(0, 2) ?? null,
  bankCountry: agent === undefined ? null : (countryOfAgent(agent.toUpperCase()) ?? null),
})
