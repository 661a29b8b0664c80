import { gathered } from '@carriergraph/shared/db/gathered.ts'
import { perTenant } from '@carriergraph/shared/db/per-database.ts'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import { parseCurrency } from '@carriergraph/shared/money/currency.ts'
import { type Outcome, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { type FoundFacts, findAdmissionFacts } from '../db/admission-facts.ts'
import { findOperatorAccount } from '../db/ledger-accounts.ts'
import {
  type FirstAnswer,
  findAnswer,
  nameOf,
  type RequestKey,
  type RequestRefusal,
  type StoredRequest,
  storeAnswers,
} from '../db/payment-requests.ts'
import { insertRoutes, type Route } from '../db/payment-routes.ts'
import { findPayment, insertPayments, type Stored } from '../db/payments.ts'
import { admit, type Requester } from '../domain/admit.ts'
import type { CarriageCode } from '../domain/carriage.ts'
import { goesOverRail } from '../domain/destination.ts'
import { type Payment, type PaymentTransition, takenOn } from '../domain/payment.ts'
import { fateKeyOf } from '../rails/instruction.ts'
import { openMissingAccounts, whereNeeded } from './operator-accounts.ts'
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
 * @param route of what goes over a rail, or why none carries it
 */
export async function takeOn(
  db: TenantDb,
  request: PaymentRequest,
  now: Date,
  route: Outcome<Route, CarriageCode> | undefined,
): Promise<TakenOn> {
  const requestHash = hashOfOrder(request.order)
  const first = await admissionsOf(db)({ request, requestHash, route, now })
  return first ?? answerAgain(db, await findAnswer(db, request.key), requestHash)
}

type Asked = {
  readonly request: PaymentRequest
  readonly requestHash: string
  readonly route: Outcome<Route, CarriageCode> | undefined
  readonly now: Date
}

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
    asked.map(async ({ request, requestHash, route, now }) => {
      const { key, order, requester } = request
      const facts = await findAdmissionFacts(tx, order.sourceAccountId, order.destination, now)
      const inUse = parseCurrency(order.amount.currency, now, ['amount', 'currency'])
      const admitted = inUse.ok ? admit(order.amount, requester, facts) : inUse
      const admission = admitted.ok && route?.ok === false ? route : admitted
      const paymentId = newId('pay', now)
      const answer: FirstAnswer = admission.ok
        ? { kind: 'TAKEN_ON', paymentId }
        : { kind: 'REFUSED', refusal: admission }
      return { key, requestHash, requestedAt: now, answer, request, route, facts, admission, paymentId }
    }),
  )
  const answers = new Map<string, FirstTakenOn>(asked.map((one) => [keyOf(one), undefined]))
  const toStore: Stored<PaymentTransition>[] = []
  const routes: (readonly [Id<'pay'>, Route])[] = []
  for (const { request, route, requestedAt, facts, admission, paymentId } of await storeAnswers(tx, decided)) {
    if (!admission.ok) {
      answers.set(nameOf(request.key), admission)
      continue
    }
    const { order, key, correlationId } = request
    const { destination } = order
    const [wallet, other] = [order.sourceAccountId, await otherSideOf(tx, order, facts, requestedAt)]
    const [sourceAccountId, destinationAccountId] = destination.type === 'DEPOSIT' ? [other, wallet] : [wallet, other]
    const transition = takenOn(order.confirm ? 'RISK_PENDING' : 'CREATED', requestedAt, key.requestedBy)
    const payment = newPayment(
      {
        id: paymentId,
        type: destination.type,
        method: goesOverRail(destination) ? destination.counterparty.method : 'WALLET',
        execution: goesOverRail(destination) ? 'WANTED' : null,
        amount: order.amount,
        payerId: admission.value.payerId,
        sourceAccountId,
        destinationAccountId,
        billingAccountId: destination.type === 'TOP_UP' ? destination.billingAccountId : null,
        originalId: null,
        capture: order.capture,
        correlationId,
        decision: null,
      },
      transition,
    )
    toStore.push({ payment, transition })
    if (route?.ok) routes.push([paymentId, { ...route.value, fateKey: fateKeyOf(key.idempotencyKey) }])
    answers.set(nameOf(key), { ok: true, value: payment })
  }
  await storePayments(tx, toStore)
  await insertRoutes(tx, routes)
  return answers
}

/** The account beside the wallet. */
async function otherSideOf(
  tx: Tx,
  { destination, amount: { currency } }: PaymentOrder,
  { operatorAccountId }: FoundFacts,
  now: Date,
): Promise<Id<'led'>> {
  if (destination.type === 'TRANSFER') return destination.destinationAccountId
  if (operatorAccountId !== undefined) return operatorAccountId
  const purpose = PURPOSES[destination.type]
  await openMissingAccounts(tx, currency, whereNeeded(now), [purpose])
  return (await findOperatorAccount(tx, purpose, currency)).id
}

const PURPOSES = {
  TOP_UP: 'BILLING_CLEARING',
  FEE: 'FEE_INCOME',
  DEPOSIT: 'RAIL_CLEARING',
  WITHDRAWAL: 'RAIL_CLEARING',
} as const

type Given = Pick<
  Payment,
  | 'id'
  | 'type'
  | 'method'
  | 'execution'
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
  // A refund over a rail is authorised from the start, and so is its hold.
  hold: status === 'AUTHORISED' && given.execution !== null ? 'WANTED' : null,
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
  if (stored.requestHash !== requestHash) return keyReused()
  const { answer } = stored
  return answer.kind === 'REFUSED' ? answer.refusal : { ok: true, value: await findPayment(db, answer.paymentId) }
}

export const keyReused = (): Refused<'IDEMPOTENCY_KEY_REUSED'> =>
  refuse('IDEMPOTENCY_KEY_REUSED', 'This key was used for another payment. Choose a new one for each.', [
    'idempotencyKey',
  ])
