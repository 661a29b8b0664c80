import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { type FxQuote, lockFxQuote, markFxQuoteUsed } from '../db/fx-quotes.ts'

export type TakeQuoteCode = 'QUOTE_NOT_FOUND' | 'QUOTE_USED' | 'QUOTE_EXPIRED'

/**
 * Uses a quote for one thing, within the transaction that does it: the first one gets it, again as often as it asks, also
 * when the quote has expired meanwhile; nobody else does.
 * @param usedFor the id of what it is used for, such as a remittance's
 */
export async function takeQuote(
  tx: Tx,
  { id, ownerId, usedFor }: { readonly id: Id<'fxq'>; readonly ownerId: Id<'usr'> | null; readonly usedFor: string },
  now: Date,
): Promise<Outcome<FxQuote, TakeQuoteCode>> {
  const quote = await lockFxQuote(tx, id)
  if (quote === undefined || quote.ownerId !== ownerId)
    return refuse('QUOTE_NOT_FOUND', 'There is no such quote.', ['quoteId'])
  if (quote.usedFor === usedFor) return ok(quote)
  if (quote.usedFor !== null) return refuse('QUOTE_USED', 'The quote was used already.', ['quoteId'])
  if (quote.expiresAt <= now) return refuse('QUOTE_EXPIRED', 'The quote has expired: ask for another one.', ['quoteId'])
  await markFxQuoteUsed(tx, id, usedFor, now)
  return ok({ ...quote, usedFor, usedAt: now })
}
