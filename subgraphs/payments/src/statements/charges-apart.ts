import { money } from '@carriergraph/shared/money/money.ts'
import type { Charge, References, StatementLine } from './statement.ts'

/**
 * A line that is of nothing but the charges of a batch, as one line for each transaction that was charged, with the references
 * of that transaction and those of the bank for the entry; undefined for every other line. They add up to it. What reads a file
 * for what was moved, as rails do, is not to take one for the transfer that it was charged for: so a reader tells them as one.
 */
export function chargesApart(line: StatementLine): readonly StatementLine[] | undefined {
  if (!line.charges.some(({ chargedFor }) => chargedFor !== undefined)) return undefined
  const { currency } = line.amount
  const parts: StatementLine[] = []
  for (const [chargedFor, charges] of Map.groupBy(line.charges, (charge) => charge.chargedFor)) {
    const minor = includedCharges(charges, currency)
    if (minor === 0n) continue
    const references = chargedFor === undefined ? line.references : ofCharge(chargedFor, line.references)
    parts.push({ ...line, amount: money(minor, currency), charges, references })
  }
  return parts
}

/** What of the charges is in the amount that they stand beside: all in its currency, unless the bank says that they are not. */
export const includedCharges = (charges: readonly Charge[], currency: string): bigint =>
  charges
    .filter(({ amount, isIncluded }) => amount.currency === currency && isIncluded !== false)
    .reduce((total, { amount }) => total + amount.minor, 0n)

/** The bank's reference of the transaction is of what was moved: a notification tells that without what was charged. */
const ofCharge = (chargedFor: References, entry: References): References => ({
  ...chargedFor,
  paymentInformationId: chargedFor.paymentInformationId ?? entry.paymentInformationId,
  messageId: chargedFor.messageId ?? entry.messageId,
  accountServicerReference: entry.accountServicerReference,
  entryServicerReference: entry.entryServicerReference,
  entryReference: entry.entryReference,
})
