import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { formatAmount, type Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { findLedgerAccounts } from '../db/ledger-accounts.ts'
import { type FirstAnswer, findAnswer, type RequestKey, storeAnswers } from '../db/payment-requests.ts'
import { findRoute, insertRoutes } from '../db/payment-routes.ts'
import { findRefundsUnderWay, lockPayment, lockPaymentIfAny } from '../db/payments.ts'
import { type CommandCode, claimRefund, endsDispute, type RefundCode } from '../domain/commands.ts'
import { LEDGER_FAILURES, type PaymentDecision, type PaymentFailure } from '../domain/decide.ts'
import { type Payment, takenOn } from '../domain/payment.ts'
import { walletOf } from '../domain/unapplied.ts'
import { fateKeyOf } from '../rails/instruction.ts'
import { applyChange } from './change-payment.ts'
import { hashOfRefund, type RefundOrder } from './request-hash.ts'
import { suspenseIn } from './suspense-account.ts'
import { answerAgain, newPayment, storePayments, type TakenOn } from './take-on.ts'

/** One call of refundPayment, parsed. */
export type RefundRequest = {
  readonly key: RequestKey
  readonly order: RefundOrder
  readonly correlationId: string
}

/**
 * Takes a refund on: in one transaction, the answer under the key, the refund and its part of the original, whose row is
 * locked, so that refunds at once never give back more than was paid. No money moves yet.
 */
export async function takeOnRefund(db: TenantDb, request: RefundRequest, now: Date): Promise<TakenOn> {
  const requestHash = hashOfRefund(request.order)
  const first = await inTransaction(db, (tx) => answerFirst(tx, request, requestHash, now))
  return first ?? answerAgain(db, await findAnswer(db, request.key), requestHash)
}

async function answerFirst(
  tx: Tx,
  { key, order, correlationId }: RefundRequest,
  requestHash: string,
  now: Date,
): Promise<TakenOn | undefined> {
  const original = await lockPaymentIfAny(tx, order.paymentId)
  const claim: Outcome<Money, RefundCode> =
    original === undefined
      ? refuse('PAYMENT_NOT_FOUND', 'There is no such payment.', ['paymentId'])
      : claimRefund(original, order.amount, 'UNDISPUTED')
  const paymentId = newId('pay', now)
  const answer: FirstAnswer = claim.ok ? { kind: 'TAKEN_ON', paymentId } : { kind: 'REFUSED', refusal: claim }
  const stored = await storeAnswers(tx, [{ key, requestHash, answer, requestedAt: now }])
  if (stored.length === 0) return undefined
  if (!claim.ok || original === undefined) return claim.ok ? undefined : claim
  const by = { id: paymentId, actor: key.requestedBy, correlationId, now, fateKey: fateKeyOf(key.idempotencyKey) }
  return ok(await insertAskedFor(tx, original, claim.value, by))
}

/**
 * What is left of a payment whose dispute was lost goes back to its payer: the refund that does it, which may be under way
 * already, or the payment where nothing is left to do. Nothing is where its rail has taken the money back by itself: then
 * its payer has it, and the books follow.
 */
export const takeOnChargeback = (
  db: TenantDb,
  id: Id<'pay'>,
  by: { readonly actor: string; readonly correlationId: string; readonly now: Date },
): Promise<Outcome<Payment, CommandCode | RefundCode>> =>
  inTransaction(db, async (tx) => {
    const original = await lockPayment(tx, id)
    const isOpen = endsDispute(original, 'LOST')
    if (!isOpen.ok) return isOpen
    if (!isOpen.value || original.execution === 'RETURNED') return ok(original)
    const [underWay] = await findRefundsUnderWay(tx, id)
    if (underWay !== undefined) return ok(underWay)
    const claim = claimRefund(original, undefined, 'DISPUTED')
    return claim.ok ? ok(await insertAskedFor(tx, original, claim.value, { ...by, id: newId('pay', by.now) })) : claim
  })

/**
 * Takes on a refund that somebody has asked for. A wallet that was closed since stays so, and its owner is owed the money all the same:
 * SUSPENSE stands for it. What came over a rail goes back over that.
 */
async function insertAskedFor(tx: Tx, original: Payment, amount: Money, by: RefundBy): Promise<Payment> {
  if (original.method !== 'WALLET') return insertRefund(tx, original, amount, by)
  const [wallet] = await findLedgerAccounts(tx, [walletOf(original)])
  if (wallet?.status !== 'CLOSED') return insertRefund(tx, original, amount, by)
  const failure = { code: 'ACCOUNT_CLOSED', message: LEDGER_FAILURES.ACCOUNT_CLOSED } as const
  const instead = { accountId: await suspenseIn(tx, amount.currency, by.now), failure }
  return insertRefund(tx, original, amount, { ...by, instead })
}

type RefundBy = {
  readonly id: Id<'pay'>
  readonly actor: string
  readonly correlationId: string
  readonly now: Date
  /** Of the key that it was asked for under. */
  readonly fateKey?: string
  /** Its money has come back over the rail already. */
  readonly hasReturned?: boolean
  /** What stands for the original's wallet, and why that cannot be. */
  readonly instead?: { readonly accountId: Id<'led'>; readonly failure: PaymentFailure }
}

/**
 * Takes on a refund of a payment whose row the caller holds locked. What came over a rail goes back over it, unless it has
 * come back by itself: then the books alone follow.
 */
export async function insertRefund(
  tx: Tx,
  original: Payment,
  amount: Money,
  { id, actor, correlationId, now, fateKey, hasReturned = false, instead }: RefundBy,
): Promise<Payment> {
  const placed = (account: Id<'led'>) =>
    instead !== undefined && account === walletOf(original) ? instead.accountId : account
  const transition = takenOn('AUTHORISED', now, actor)
  const isInstructed = original.method !== 'WALLET' && !hasReturned
  const refund = newPayment(
    {
      id,
      type: 'REFUND',
      method: original.method,
      execution: isInstructed ? 'WANTED' : null,
      amount,
      payerId: original.payerId,
      sourceAccountId: placed(original.destinationAccountId),
      destinationAccountId: placed(original.sourceAccountId),
      billingAccountId: original.billingAccountId,
      originalId: original.id,
      capture: 'AUTOMATIC',
      correlationId,
      decision: decisionOn(original, amount, actor, hasReturned, instead?.failure),
    },
    transition,
  )
  await storePayments(tx, [{ payment: refund, transition }])
  if (isInstructed) await insertRoutes(tx, [[id, { ...(await findRoute(tx, original.id)), fateKey }]])
  const refundClaimedMinor = original.refundClaimedMinor + amount.minor
  await applyChange(tx, original, { refundClaimedMinor }, { now, actor })
  return refund
}

/** Risk is not asked: the money goes back to where it came from. */
function decisionOn(
  { id, status }: Payment,
  amount: Money,
  actor: string,
  hasReturned: boolean,
  failure: PaymentFailure | undefined,
): PaymentDecision {
  const inWords = `${formatAmount(amount)} ${amount.currency}`
  const [cause, because] = hasReturned
    ? ['returned', 'its money came back over the rail']
    : status === 'DISPUTED'
      ? ['dispute_lost', 'its dispute was lost']
      : ['requested', 'an operator or a service asked for it']
  const [rule, why] =
    failure === undefined
      ? [`payments.refund.${cause}`, because]
      : ['payments.refund.suspense', `${because}; SUSPENSE stands for the wallet (${failure.code})`]
  return {
    source: 'REQUEST',
    explanation: {
      rule,
      summary: `${inWords} of ${id} are given back because ${why}.`,
      inputs: [
        { name: 'original', value: id },
        { name: 'requested_by', value: actor },
        { name: 'amount', value: inWords },
      ],
      counterfactual: 'Nothing is given back of a payment unless somebody who may asks for it.',
    },
  }
}
