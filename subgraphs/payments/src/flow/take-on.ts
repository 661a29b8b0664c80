import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import { type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import {
  type FirstAnswer,
  findAdmissionFacts,
  findAnswer,
  type RequestKey,
  type StoredRequest,
  storeAnswer,
} from '../db/payment-requests.ts'
import { findPayment, insertPayment } from '../db/payments.ts'
import { type AdmissionCode, admitTopUp, type Requester } from '../domain/admit.ts'
import { type Payment, takenOn } from '../domain/payment.ts'
import { paymentEvent } from './payment-event.ts'
import { hashOfOrder, type PaymentOrder } from './request-hash.ts'

/** One call of createPayment, parsed. */
export type PaymentRequest = {
  readonly key: RequestKey
  readonly requester: Requester
  readonly order: PaymentOrder
  readonly correlationId: string
}

export type TakeOnCode = AdmissionCode | 'IDEMPOTENCY_KEY_REUSED'

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
  const facts = await findAdmissionFacts(tx, order.sourceAccountId, order.billingAccountId)
  const admission = admitTopUp(order.amount, request.requester, facts)
  const paymentId = newId('pay', now)
  const answer: FirstAnswer = admission.ok ? { kind: 'TAKEN_ON', paymentId } : { kind: 'REFUSED', refusal: admission }
  if (!(await storeAnswer(tx, key, requestHash, answer, now))) return undefined
  if (!admission.ok) return admission
  if (facts.clearingAccountId === undefined)
    throw new Error(`The operator has no BILLING_CLEARING account in ${order.amount.currency}.`)
  const transition = takenOn(now, key.requestedBy)
  const payment: Payment = {
    ...order,
    id: paymentId,
    status: transition.status,
    version: transition.version,
    payerId: admission.value.payerId,
    clearingAccountId: facts.clearingAccountId,
    transferId: newId('tfr', now),
    correlationId: request.correlationId,
    decision: null,
    failure: null,
    createdAt: now,
    completedAt: null,
  }
  await insertPayment(tx, payment, transition)
  await appendToJournal(tx, paymentEvent(payment, transition))
  return { ok: true, value: payment }
}

async function answerAgain(db: TenantDb, stored: StoredRequest, requestHash: string): Promise<TakenOn> {
  if (stored.requestHash !== requestHash)
    return refuse('IDEMPOTENCY_KEY_REUSED', 'This key was used for another payment. Choose a new one for each.', [
      'idempotencyKey',
    ])
  const { answer } = stored
  return answer.kind === 'REFUSED' ? answer.refusal : { ok: true, value: await findPayment(db, answer.paymentId) }
}
