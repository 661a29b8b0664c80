import { gathered } from '@carriergraph/shared/db/gathered.ts'
import { perTenant } from '@carriergraph/shared/db/per-database.ts'
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
  nameOf,
  type RequestKey,
  type RequestRefusal,
  type StoredRequest,
  storeAnswers,
} from '../db/payment-requests.ts'
import { findPayment, insertPayments, type Stored } from '../db/payments.ts'
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
 * Many requests at once share transactions.
 */
export async function takeOn(db: TenantDb, request: PaymentRequest, now: Date): Promise<TakenOn> {
  const requestHash = hashOfOrder(request.order)
  const first = await admissionsOf(db)({ request, requestHash, now })
  return first ?? answerAgain(db, await findAnswer(db, request.key), requestHash)
}

type Asked = { readonly request: PaymentRequest; readonly requestHash: string; readonly now: Date }

/** Undefined when there is an answer under the key already. */
type FirstTakenOn = TakenOn | undefined

/** Payments that are taken on at once; far more than callers wait at a time. */
const ADMISSIONS_MAX = 200

const keyOf = ({ request }: Asked): string => nameOf(request.key)

const admissionsOf = perTenant((db) =>
  gathered<Asked, FirstTakenOn>({
    max: ADMISSIONS_MAX,
    keyOf,
    alone: async (asked) => (await inTransaction(db, (tx) => answerFirst(tx, [asked]))).get(keyOf(asked)),
    together: (asked) => inTransaction(db, (tx) => answerFirst(tx, asked)),
  }),
)

/** By the name of the key, all of them. */
async function answerFirst(tx: Tx, asked: readonly Asked[]): Promise<ReadonlyMap<string, FirstTakenOn>> {
  const decided = await Promise.all(
    asked.map(async ({ request, requestHash, now }) => {
      const { key, order, requester } = request
      const facts = await findAdmissionFacts(tx, order.sourceAccountId, order.destination)
      const inUse = parseCurrency(order.amount.currency, now, ['amount', 'currency'])
      const admission = inUse.ok ? admit(order.amount, requester, facts) : inUse
      const paymentId = newId('pay', now)
      const answer: FirstAnswer = admission.ok
        ? { kind: 'TAKEN_ON', paymentId }
        : { kind: 'REFUSED', refusal: admission }
      return { key, requestHash, requestedAt: now, answer, request, facts, admission, paymentId }
    }),
  )
  const answers = new Map<string, FirstTakenOn>(asked.map((one) => [keyOf(one), undefined]))
  const toStore: Stored<PaymentTransition>[] = []
  for (const { request, requestedAt, facts, admission, paymentId } of await storeAnswers(tx, decided)) {
    if (!admission.ok) {
      answers.set(nameOf(request.key), admission)
      continue
    }
    const { order, key, correlationId } = request
    const transition = takenOn(order.confirm ? 'RISK_PENDING' : 'CREATED', requestedAt, key.requestedBy)
    const payment = newPayment(
      {
        id: paymentId,
        type: order.destination.type,
        amount: order.amount,
        payerId: admission.value.payerId,
        sourceAccountId: order.sourceAccountId,
        destinationAccountId: await destinationOf(tx, order, facts, requestedAt),
        billingAccountId: order.destination.type === 'TOP_UP' ? order.destination.billingAccountId : null,
        originalId: null,
        capture: order.capture,
        correlationId,
        decision: null,
      },
      transition,
    )
    toStore.push({ payment, transition })
    answers.set(nameOf(key), { ok: true, value: payment })
  }
  await storePayments(tx, toStore)
  return answers
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

/** Stores new payments with their history and their events. */
export async function storePayments(tx: Tx, taken: readonly Stored<PaymentTransition>[]): Promise<void> {
  if (taken.length === 0) return
  const events = taken.map(({ payment, transition }) => paymentEvent(payment, transition, null))
  await Promise.all([insertPayments(tx, taken), appendToJournal(tx, events)])
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
