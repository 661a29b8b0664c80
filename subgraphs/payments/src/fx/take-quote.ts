import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { type FxQuote, lockFxQuote, markFxQuoteUsed } from '../db/fx-quotes.ts'

export type TakeQuoteCode = 'QUOTE_NOT_FOUND' | 'QUOTE_USED' | 'QUOTE_EXPIRED'

/** Whose quote is wanted, and for what; undefined for something that is new. */
export type QuoteUse = { readonly ownerId: Id<'usr'> | null; readonly usedFor: string | undefined }

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
  const taken = mayTakeQuote(await lockFxQuote(tx, id), { ownerId, usedFor }, now)
  if (!taken.ok || taken.value.usedFor === usedFor) return taken
  await markFxQuoteUsed(tx, id, usedFor, now)
  return ok({ ...taken.value, usedFor, usedAt: now })
}

/** Whether a quote, whose row the caller holds, can be used so. */
export function mayTakeQuote(
  quote: FxQuote | undefined,
  { ownerId, usedFor }: QuoteUse,
  now: Date,
): Outcome<FxQuote, TakeQuoteCode> {
  if (quote === undefined || quote.ownerId !== ownerId)
    return refuse('QUOTE_NOT_FOUND', 'There is no such quote.', ['quoteId'])
  if (quote.usedFor !== null)
    return quote.usedFor === usedFor ? ok(quote) : refuse('QUOTE_USED', 'The quote was used already.', ['quoteId'])
  if (quote.expiresAt <= now) return refuse('QUOTE_EXPIRED', 'The quote has expired: ask for another one.', ['quoteId'])
  return ok(quote)
}
