import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { findRoute } from '../db/payment-routes.ts'
import { findPayment, findRefundsUnderWay } from '../db/payments.ts'
import { decide } from '../domain/decide.ts'
import { nextStep, type Step } from '../domain/next-step.ts'
import type { Payment } from '../domain/payment.ts'
import type { Rails } from '../rails/rails.ts'
import type { RiskClient } from '../risk/client.ts'
import { createCommands, type PaymentCommands } from './commands.ts'
import { giveBack, hasComeBackOtherwise } from './give-back.ts'
import { captureHold, expire, placeHold, releaseHold } from './hold.ts'
import { instructionIdOf } from './instruction-of.ts'
import { instruct } from './over-rail.ts'
import { type RefundRequest, takeOnRefund } from './refund.ts'
import { routeOf } from './route.ts'
import { authorise, execute, type StepParts } from './settle.ts'
import { endOverRail } from './suspense.ts'
import { type PaymentRequest, type TakenOn, takeOn } from './take-on.ts'

export type PaymentFlow = PaymentCommands & {
  /**
   * Pays once for each key: the first call does it, every other answers with the same payment as it stands by then, or
   * with the same refusal. A payment that an earlier call left unfinished is driven to its end.
   */
  create(scope: Books, request: PaymentRequest): Promise<TakenOn>
  /** Gives back a payment, or part of it, once for each key. Answers with the refund. */
  refund(scope: Books, request: RefundRequest): Promise<TakenOn>
  /** Drives a payment that was left between its steps to its end, or to where it waits for somebody. */
  resume(scope: Books, id: Id<'pay'>): Promise<Payment>
}

/** Decides a tenant's transfers, each in a transaction of its own: once it has answered, the answer stands. */
export type PostingLedgers = { of(books: Books): Pick<Ledger, 'post'> }

export type PaymentFlowOptions = {
  readonly risk: RiskClient
  readonly ledgers: PostingLedgers
  readonly clock: Clock
  /** In major units of any currency; see `decide`. */
  readonly fallbackLimit: Decimal
  /** Without them, nothing goes over rails. */
  readonly rails?: Rails
}

/**
 * Take on, ask risk, authorise, then post or hold, record: a transaction each but for the call to risk, because a row that
 * is locked while somebody else is being asked is locked for as long as they are slow. Each step may be done again; a
 * process that is killed between them leaves a payment that says how far it came, for the next call, or for the sweeper.
 */
export function createPaymentFlow({ risk, ledgers, clock, fallbackLimit, rails }: PaymentFlowOptions): PaymentFlow {
  const partsOf = (scope: Books, { method }: Payment): StepParts => ({
    clock,
    ledger: ledgers.of(scope),
    onEnd: method === 'WALLET' ? undefined : endOverRail(carrying(rails).config),
  })
  const steps: Record<Step, (scope: Books, payment: Payment) => Promise<Payment>> = {
    ASSESS: assess,
    MOVE: (scope, payment) => execute(scope, payment, partsOf(scope, payment)),
    PLACE_HOLD: (scope, payment) => placeHold(scope, payment, partsOf(scope, payment)),
    INSTRUCT: instructOnce,
    CAPTURE_HOLD: (scope, payment) => captureHold(scope, payment, partsOf(scope, payment)),
    RELEASE_HOLD: (scope, payment) => releaseHold(scope, payment, partsOf(scope, payment)),
    GIVE_BACK: returnMoney,
    EXPIRE: (scope, payment) => expire(scope, payment, clock),
  }

  async function drive(scope: Books, payment: Payment): Promise<Payment> {
    let driven = payment
    for (;;) {
      const step = nextStep(driven, clock())
      if (step === undefined) return driven
      const after = await steps[step](scope, driven)
      // It cannot go on now; whoever looks after it later finds it.
      if (after === driven) return driven
      driven = after
    }
  }

  async function returnMoney(scope: Books, payment: Payment): Promise<Payment> {
    if (!(await giveBack(scope, payment, clock))) {
      await recallRefunds(scope, payment)
      await giveBack(scope, payment, clock)
    }
    await driveRefunds(scope, payment)
    const after = await findPayment(scope.db, payment.id)
    return after.execution === 'RETURNED' ? payment : after
  }

  /** A refund whose money has come back by itself meanwhile is not instructed, and what follows from that is done at once. */
  async function instructOnce(scope: Books, payment: Payment): Promise<Payment> {
    const after = await instruct(scope, payment, { clock, rails: carrying(rails) })
    if (after.status === 'CANCELLED' && after.originalId !== null) await driveRefunds(scope, { id: after.originalId })
    return after
  }

  /** Drives on what somebody looks after; a refund whose money has come back by itself is taken back, where its rail lets it. */
  async function resume(scope: Books, id: Id<'pay'>): Promise<Payment> {
    const payment = await findPayment(scope.db, id)
    const { originalId, execution } = payment
    if (execution !== 'INSTRUCTED' || originalId === null) return drive(scope, payment)
    const original = await findPayment(scope.db, originalId)
    if (original.status !== 'FAILED' || !(await hasComeBackOtherwise(scope.db, original))) return drive(scope, payment)
    await recallRefunds(scope, original)
    await driveRefunds(scope, original)
    return findPayment(scope.db, id)
  }

  /** Takes back what would pay a second time what has come back by itself, where the rail lets it. */
  async function recallRefunds(scope: Books, { id }: Pick<Payment, 'id'>): Promise<void> {
    for (const refund of await findRefundsUnderWay(scope.db, id)) {
      if (refund.execution === 'INSTRUCTED') {
        const { rail } = await findRoute(scope.db, refund.id)
        await carrying(rails).cancel(scope, { rail, id: instructionIdOf(refund) })
      }
      await drive(scope, await findPayment(scope.db, refund.id))
    }
  }

  /** One that the ledger refuses is followed by another one, of suspense. */
  async function driveRefunds(scope: Books, { id }: Pick<Payment, 'id'>): Promise<void> {
    const driven = new Set<Id<'pay'>>()
    for (;;) {
      const next = (await findRefundsUnderWay(scope.db, id)).find((refund) => !driven.has(refund.id))
      if (next === undefined || driven.size === REFUNDS_DRIVEN_MAX) return
      driven.add(next.id)
      await drive(scope, next)
    }
  }

  async function takeOnOnce(scope: Books, request: PaymentRequest): Promise<TakenOn> {
    const now = clock()
    const route = await routeOf(scope, request.order, rails, now)
    return takeOn(scope.db, request, now, route)
  }

  async function assess({ tenant, db }: Books, payment: Payment): Promise<Payment> {
    const { id: paymentId, payerId, amount, createdAt, correlationId } = payment
    const answer = await risk.assess({ tenant, correlationId, paymentId, payerId, amount, createdAt })
    return authorise(db, payment, decide(amount, answer, fallbackLimit), clock())
  }

  const driven = async (scope: Books, taken: TakenOn): Promise<TakenOn> =>
    taken.ok ? { ok: true, value: await drive(scope, taken.value) } : taken

  return {
    ...createCommands(drive, clock, rails),
    create: async (scope, request) => driven(scope, await takeOnOnce(scope, request)),
    refund: async (scope, request) => driven(scope, await takeOnRefund(scope.db, request, clock())),
    resume,
  }
}

/** What comes back in parts leaves few refunds on their way; others are the sweeper's. */
const REFUNDS_DRIVEN_MAX = 20

/** @throws Error in a process without rails, which takes on nothing that needs one */
function carrying(rails: Rails | undefined): Rails {
  if (rails === undefined) throw new Error('There are no rails here.')
  return rails
}
