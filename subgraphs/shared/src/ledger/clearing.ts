import { type Id, namedId } from '../ids.ts'
import type { CurrencyCode } from '../money/currencies.ts'
import { inSlot } from './slot.ts'

/** Of the accounts through which money goes from shard to shard; see `crossing.ts`. */
export const CLEARING_PURPOSE = 'CLEARING'

/** With the slot 0: hashing a name takes longer than deciding a transfer. */
const named = new Map<CurrencyCode, Id<'led'>>()

/** The clearing account in a currency that has this slot, which is the first of its shard. */
export const clearingAccountId = (currency: CurrencyCode, slot: number): Id<'led'> => inSlot(nameOf(currency), slot)

/** Whether it is a clearing account in that currency, of whichever shard. */
export const isClearingAccount = (id: Id<'led'>, currency: CurrencyCode): boolean => inSlot(id, 0) === nameOf(currency)

function nameOf(currency: CurrencyCode): Id<'led'> {
  const known = named.get(currency)
  if (known !== undefined) return known
  const id = inSlot(namedId('led', `clearing ${currency}`), 0)
  named.set(currency, id)
  return id
}
