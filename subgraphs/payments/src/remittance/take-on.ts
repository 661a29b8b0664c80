import { dayOf } from '@carriergraph/shared/day.ts'
import { inTransactionInTurn } from '@carriergraph/shared/db/in-turn.ts'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { findAccountFacts } from '../db/admission-facts.ts'
import { findFxQuotes, lockFxQuote } from '../db/fx-quotes.ts'
import { findRatesInForce } from '../db/fx-rates.ts'
import type { RequestKey } from '../db/payment-requests.ts'
import { findRemittanceAnswer, type RemittanceAnswer, storeRemittanceAnswer } from '../db/remittance-requests.ts'
import { findRemittance, insertRemittance, lockSender, sentUsdSince } from '../db/remittances.ts'
import type { Requester } from '../domain/admit.ts'
import { takeQuote } from '../fx/take-quote.ts'
import { fateKeyOf } from '../rails/instruction.ts'
import { type AdmissionCode, type AdmissionFacts, type Admitted, admit } from './admit.ts'
import { remittanceEvent } from './event.ts'
import type { RemittanceTerms } from './limits.ts'
import { mayLeave, type Outlet } from './outlet.ts'
import type { Remittance } from './remittance.ts'
import { hashOfRemittance, type RemittanceOrder } from './request-hash.ts'
import { usdEquivalent } from './usd-equivalent.ts'

/** One call of createRemittance, parsed. */
export type RemittanceRequest = {
  readonly key: RequestKey
  readonly requester: Requester
  readonly order: RemittanceOrder
  readonly correlationId: string
}

/** The remittance that is under the key now, or why there is none. */
export type TakenOn =
  | { readonly ok: true; readonly value: Remittance }
  | Refused<AdmissionCode | 'IDEMPOTENCY_KEY_REUSED'>

export type TakeOnOptions = { readonly terms: RemittanceTerms; readonly outlet: Outlet }

/**
 * The first step of a remittance: in one transaction, the answer under the idempotency key, the remittance, and its quote,
 * which is used up by it. No money moves. The key decides alone: of two requests at once one stores its answer, and the
 * other gets that one. Those of one wallet stand in line.
 * @throws OverloadError where too many of the wallet's do
 */
export async function takeOn(
  books: Books,
  request: RemittanceRequest,
  { terms, outlet }: TakeOnOptions,
  now: Date,
): Promise<TakenOn> {
  const { db } = books
  const requestHash = hashOfRemittance(request.order)
  const known = await answerAgain(db, request.key, requestHash)
  if (known !== undefined) return known
  const id = newId('rem', now)
  const carried = await carriedBy(outlet, books, id, request.order, now)
  const turn = `wallet ${request.order.sourceAccountId}`
  const first = await inTransactionInTurn(db, turn, (tx) =>
    answerFirst(tx, request, { id, terms, carried, requestHash, now }),
  )
  const answer = first ?? (await answerAgain(db, request.key, requestHash))
  if (answer === undefined) throw new Error('An idempotency key that was taken has no answer.')
  return answer
}

/** The first answer under a key, for a request that came later; undefined where there is none. */
async function answerAgain(db: TenantDb, key: RequestKey, requestHash: string): Promise<TakenOn | undefined> {
  const stored = await findRemittanceAnswer(db, key)
  if (stored === undefined) return undefined
  if (stored.requestHash !== requestHash)
    return refuse('IDEMPOTENCY_KEY_REUSED', 'This key was used for another remittance. Choose a new one for each.', [
      'idempotencyKey',
    ])
  const { answer } = stored
  return answer.kind === 'REFUSED' ? answer.refusal : ok(await findRemittance(db, answer.remittanceId))
}

/** Whether a rail carries it; what a quote delivers never changes, so its row need not be held. */
async function carriedBy(
  outlet: Outlet,
  books: Books,
  id: Id<'rem'>,
  { quoteId, beneficiary, message, purpose }: RemittanceOrder,
  now: Date,
): Promise<AdmissionFacts['carried']> {
  const [quote] = await findFxQuotes(books.db, [quoteId])
  // Refused as such before the rail is looked at.
  if (quote === undefined) return ok(undefined)
  const delivered = money(quote.deliveredMinor, quote.targetCurrency)
  return mayLeave(outlet, books, { id, delivered, beneficiary, message, purpose, senderName: null }, now)
}

type Terms = {
  readonly id: Id<'rem'>
  readonly terms: RemittanceTerms
  readonly carried: AdmissionFacts['carried']
  readonly now: Date
}

/** Undefined when there is an answer under the key already. */
async function answerFirst(
  tx: Tx,
  { key, requester, order, correlationId }: RemittanceRequest,
  { requestHash, ...given }: Terms & { readonly requestHash: string },
): Promise<TakenOn | undefined> {
  const { id, terms, now } = given
  const admission = admit(order, requester, await factsOf(tx, order, given))
  const answer: RemittanceAnswer = admission.ok
    ? { kind: 'TAKEN_ON', remittanceId: id }
    : { kind: 'REFUSED', refusal: admission }
  // Nothing has changed yet: where somebody else was first, nothing does.
  if (!(await storeRemittanceAnswer(tx, key, requestHash, answer, now))) return undefined
  if (!admission.ok) return admission
  const { senderId } = admission.value
  const taken = await takeQuote(tx, { id: order.quoteId, ownerId: senderId, usedFor: id }, now)
  if (!taken.ok) throw new Error(`The quote ${order.quoteId} is held and cannot be used: ${taken.code}.`)
  const decideBy = new Date(now.getTime() + terms.decision_hours * HOUR_MS)
  const fateKey = fateKeyOf(key.idempotencyKey)
  const remittance = newRemittance({ id, order, admitted: admission.value, decideBy, correlationId, fateKey, now })
  const transition = { version: 1, status: remittance.status, occurredAt: now, actor: key.requestedBy }
  await insertRemittance(tx, remittance, transition)
  await appendToJournal(tx, remittanceEvent(remittance, transition))
  return ok(remittance)
}

const HOUR_MS = 3_600_000
const THIRTY_DAYS_MS = 30 * 24 * HOUR_MS

async function factsOf(
  tx: Tx,
  { sourceAccountId, quoteId }: RemittanceOrder,
  { terms, carried, now }: Omit<Terms, 'id'>,
): Promise<AdmissionFacts> {
  const senderId = (await findAccountFacts(tx, sourceAccountId))?.ownerId ?? null
  if (senderId !== null) await lockSender(tx, senderId)
  const wallet = await findAccountFacts(tx, sourceAccountId)
  const quote = await lockFxQuote(tx, quoteId)
  const common = { wallet, quote, carried, limits: terms.limits, now }
  if (quote === undefined || senderId === null)
    return { ...common, usd: NO_RATE, sentUsd: { dayMinor: 0n, thirtyDaysMinor: 0n } }
  const rates = await findRatesInForce(tx, ['USD'], dayOf(quote.createdAt))
  return {
    ...common,
    usd: usdEquivalent(quote, rates.get('USD')),
    sentUsd: await sentUsdSince(tx, senderId, {
      day: new Date(`${dayOf(now)}T00:00:00.000Z`),
      thirtyDays: new Date(now.getTime() - THIRTY_DAYS_MS),
    }),
  }
}

/** Without a quote there is nothing to have a rate for; the quote is refused before it. */
const NO_RATE = refuse('RATE_NOT_FOUND', 'There is no quote.')

function newRemittance({
  id,
  order,
  admitted: { senderId, quote, usd },
  ...rest
}: Pick<Remittance, 'id' | 'decideBy' | 'correlationId' | 'fateKey'> & {
  readonly order: RemittanceOrder
  readonly admitted: Admitted
  readonly now: Date
}): Remittance {
  const { now, ...given } = rest
  return {
    id,
    ...given,
    ...order,
    status: 'SCREENING',
    version: 1,
    senderId,
    senderName: null,
    sourceCurrency: quote.sourceCurrency,
    targetCurrency: quote.targetCurrency,
    debitedMinor: quote.debitedMinor,
    feesMinor: quote.fixedFeeMinor + quote.proportionalFeeMinor,
    deliveredAtMidMinor: quote.deliveredAtMidMinor,
    spreadMinor: quote.spreadMinor,
    roundingMinor: quote.roundingMinor,
    deliveredMinor: quote.deliveredMinor,
    midRate: quote.midRate,
    customerRate: quote.customerRate,
    usdMinor: usd.minor,
    decision: null,
    failure: null,
    railReason: null,
    returnedMinor: null,
    settlementAttempt: 0,
    refundAttempt: 0,
    retryAt: null,
    createdAt: now,
    changedAt: now,
  }
}
