import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import { maySee } from '@carriergraph/shared/authorize/ownership.ts'
import { type Id, readId } from '@carriergraph/shared/ids.ts'
import { parseCurrency } from '@carriergraph/shared/money/currency.ts'
import { parseMoney } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { createQuote, type QuoteRequest } from '../../fx/create-quote.ts'
import type { Wanted } from '../../fx/exchange.ts'
import type { CreateFxQuoteInput, FxError, MutationResolvers } from '../../generated/resolvers.ts'
import { idempotencyKeyIn } from '../input-fields.ts'

export const createFxQuote: NonNullable<MutationResolvers['createFxQuote']> = async (_, { input }, context) => {
  const { actor, clock, db, fxPrices } = context
  const now = clock()
  const request = parse(input, actor, now)
  if ('errors' in request) return { quote: null, errors: request.errors }
  const quote = await createQuote(db, request, fxPrices, now)
  return quote.ok ? { quote: quote.value, errors: [] } : { quote: null, errors: [payloadError(inInput(quote))] }
}

/** All faults of the input at once, in the order of its fields. */
function parse(input: CreateFxQuoteInput, actor: Actor, now: Date): QuoteRequest | { readonly errors: FxError[] } {
  const key = idempotencyKeyIn(input.idempotencyKey)
  const ownerId = ownerIn(input.ownerId ?? null, actor)
  const source = parseCurrency(input.sourceCurrency, now, ['sourceCurrency'])
  const target = parseCurrency(input.targetCurrency, now, ['targetCurrency'])
  const wanted = wantedIn(input, now)
  if (key.ok && ownerId.ok && source.ok && target.ok && wanted.ok)
    return {
      requestedBy: actor.subject,
      idempotencyKey: key.value,
      ownerId: ownerId.value,
      source: source.value,
      target: target.value,
      wanted: wanted.value,
    }
  // Of an amount in a currency that is none there is nothing to say beside that.
  const amount = source.ok && target.ok ? [wanted] : []
  const faults = [key, ownerId, source, target, ...amount]
  return { errors: faults.flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])) }
}

function ownerIn(text: string | null, actor: Actor): Outcome<Id<'usr'> | null, 'INVALID_ID' | 'OWNER_MISMATCH'> {
  if (text === null) return ok(actor.userId ?? null)
  const ownerId = readId('usr', text, ['ownerId'])
  if (!ownerId.ok || maySee(actor, ownerId.value)) return ownerId
  return refuse('OWNER_MISMATCH', 'Customers quote for themselves only.', ['ownerId'])
}

function wantedIn(
  input: CreateFxQuoteInput,
  day: Date,
): Outcome<Wanted, 'INVALID_VALUE' | 'INVALID_MONEY' | 'UNKNOWN_CURRENCY'> {
  const { debitedAmount, deliveredAmount, sourceCurrency, targetCurrency } = input
  const isDebited = debitedAmount != null
  const amount = isDebited ? debitedAmount : deliveredAmount
  if (amount == null || (isDebited && deliveredAmount != null))
    return refuse('INVALID_VALUE', 'Give either debitedAmount or deliveredAmount.')
  const field = isDebited ? 'debitedAmount' : 'deliveredAmount'
  const money = parseMoney(amount, isDebited ? sourceCurrency : targetCurrency, { day })
  if (!money.ok) return { ...money, field: [field] }
  if (money.value.minor <= 0n) return refuse('INVALID_MONEY', 'The amount must be above zero.', [field])
  return ok(isDebited ? { debited: money.value } : { delivered: money.value })
}

/** The rates' own names of the two currencies are not those of the input. */
const INPUT_FIELDS: Readonly<Record<string, string>> = { from: 'sourceCurrency', to: 'targetCurrency' }

function inInput<Refused extends { readonly field?: readonly string[] }>(refused: Refused): Refused {
  const [field] = refused.field ?? []
  return field !== undefined && field in INPUT_FIELDS ? { ...refused, field: [INPUT_FIELDS[field] ?? field] } : refused
}
