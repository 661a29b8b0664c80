import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import { parseCurrency } from '@carriergraph/shared/money/currency.ts'
import { type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { type FoundFacts, findAdmissionFacts } from '../db/admission-facts.ts'
import { ensureOperatorAccounts, findOperatorAccount } from '../db/ledger-accounts.ts'
import {
  type FirstAnswer,
  findAnswer,
  type RequestKey,
  type RequestRefusal,
  type StoredRequest,
  storeAnswer,
} from '../db/payment-requests.ts'
import { findPayment, insertPayment } from '../db/payments.ts'
import { admit, type Requester } from '../domain/admit.ts'
import { type Payment, type PaymentTransition, takenOn } from '../domain/payment.ts'
import { paymentEvent } from './payment-event.ts'
import { hashOfOrder, type PaymentOrder } from './request-hash.ts'

/** One call of createPayment, parsed. */
export type PaymentRequest = {
  readonly key: RequestKey
  readonly requester: Requester
  readonly order: PaymentOrder
  readonly correlationId: string
}

export type TakeOnCode = RequestRefusal | 'IDEMPOTENCY_KEY_REUSED'

/** The payment that is under the key now, or why there is none. */
export type TakenOn = { readonly ok: true; readonly value: Payment } | Refused<TakeOnCode>

/**
 * The first step of a payment: in one transaction, the answer under the idempotency key and what it answers with.
 * No money moves. The key decides alone: of two requests at once one stores its answer, and the other gets that one.
 */
export async function takeOn(db: TenantDb, request: PaymentRequest, now: Date): Promise<TakenOn> {
  const requestHash = hashOfOrder(request.order)
  const first = await inTransaction(db, (tx) => answerFirst(tx, request, requestHash, now))
  return first ?? answerAgain(db, await findAnswer(db, request.key), requestHash)
}

/** Undefined when there is an answer under the key already. */
async function answerFirst(
  tx: Tx,
  request: PaymentRequest,
  requestHash: string,
  now: Date,
): Promise<TakenOn | undefined> {
  const { key, order } = request
  const facts = await findAdmissionFacts(tx, order.sourceAccountId, order.destination)
  const inUse = parseCurrency(order.amount.currency, now, ['amount', 'currency'])
  const admission = inUse.ok ? admit(order.amount, request.requester, facts) : inUse
  const paymentId = newId('pay', now)
  const answer: FirstAnswer = admission.ok ? { kind: 'TAKEN_ON', paymentId } : { kind: 'REFUSED', refusal: admission }
  if (!(await storeAnswer(tx, key, requestHash, answer, now))) return undefined
  if (!admission.ok) return admission
  const transition = takenOn(order.confirm ? 'RISK_PENDING' : 'CREATED', now, key.requestedBy)
  const payment = newPayment(
    {
      id: paymentId,
      type: order.destination.type,
      amount: order.amount,
      payerId: admission.value.payerId,
      sourceAccountId: order.sourceAccountId,
      destinationAccountId: await destinationOf(tx, order, facts, now),
      billingAccountId: order.destination.type === 'TOP_UP' ? order.destination.billingAccountId : null,
      originalId: null,
      capture: order.capture,
      correlationId: request.correlationId,
      decision: null,
    },
    transition,
  )
  await storePayment(tx, payment, transition)
  return { ok: true, value: payment }
}

async function destinationOf(
  tx: Tx,
  { destination, amount: { currency } }: PaymentOrder,
  { operatorAccountId }: FoundFacts,
  now: Date,
): Promise<Id<'led'>> {
  if (destination.type === 'TRANSFER') return destination.destinationAccountId
  if (operatorAccountId !== undefined) return operatorAccountId
  const purpose = destination.type === 'FEE' ? 'FEE_INCOME' : 'BILLING_CLEARING'
  await ensureOperatorAccounts(tx, currency, now, [purpose])
  return (await findOperatorAccount(tx, purpose, currency)).id
}

type Given = Pick<
  Payment,
  | 'id'
  | 'type'
  | 'amount'
  | 'payerId'
  | 'sourceAccountId'
  | 'destinationAccountId'
  | 'billingAccountId'
  | 'originalId'
  | 'capture'
  | 'correlationId'
  | 'decision'
>

/** A payment in its first state. */
export const newPayment = (given: Given, { status, version, occurredAt }: PaymentTransition): Payment => ({
  ...given,
  status,
  version,
  transferId: newId('tfr', occurredAt),
  hold: null,
  authorisedUntil: null,
  capturedMinor: null,
  refundClaimedMinor: 0n,
  refundedMinor: 0n,
  dispute: null,
  failure: null,
  createdAt: occurredAt,
  completedAt: null,
})

/** Stores a new payment with its history and its event. */
export async function storePayment(tx: Tx, payment: Payment, transition: PaymentTransition): Promise<void> {
  await insertPayment(tx, payment, transition)
  await appendToJournal(tx, paymentEvent(payment, transition, null))
}

/** The first answer under a key, for a request that came later. */
export async function answerAgain(db: TenantDb, stored: StoredRequest, requestHash: string): Promise<TakenOn> {
  if (stored.requestHash !== requestHash)
    return refuse('IDEMPOTENCY_KEY_REUSED', 'This key was used for another payment. Choose a new one for each.', [
      'idempotencyKey',
    ])
  const { answer } = stored
  return answer.kind === 'REFUSED' ? answer.refusal : { ok: true, value: await findPayment(db, answer.paymentId) }
}
