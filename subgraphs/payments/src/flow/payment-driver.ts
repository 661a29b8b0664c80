import type { Id } from '@carriergraph/shared/ids.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { findRoute } from '../db/payment-routes.ts'
import { findPayment, findRefundsToEnd } from '../db/payments.ts'
import { decide, waitsForRisk } from '../domain/decide.ts'
import { nextStep, type Step } from '../domain/next-step.ts'
import type { Payment } from '../domain/payment.ts'
import type { Rails } from '../rails/rails.ts'
import { giveBack, hasComeBackOtherwise } from './give-back.ts'
import { captureHold, expire, placeHold, releaseHold } from './hold.ts'
import { instructionIdOf } from './instruction-of.ts'
import { instruct } from './over-rail.ts'
import { partiesOf } from './parties.ts'
import type { PaymentFlowOptions } from './payment-flow.ts'
import { authorise, execute, type StepParts } from './settle.ts'
import { endOfRefund, endOverRail } from './suspense.ts'

/** A step of a payment, after which it stands as is answered; the same object, where the step cannot be taken now. */
type TakeStep = (scope: Books, payment: Payment) => Promise<Payment>

/** What comes back in parts leaves few refunds on their way; others are the sweeper's. */
const REFUNDS_DRIVEN_MAX = 20

/** Takes payments through their steps, with the refunds that must not pay a second time what has come back by itself. */
export class PaymentDriver {
  readonly #options: PaymentFlowOptions
  readonly #steps: Record<Step, TakeStep> = {
    ASSESS: (scope, payment) => this.#assess(scope, payment),
    MOVE: (scope, payment) => execute(scope, payment, this.#partsOf(scope, payment)),
    PLACE_HOLD: (scope, payment) => placeHold(scope, payment, this.#partsOf(scope, payment)),
    INSTRUCT: (scope, payment) => this.#instructOnce(scope, payment),
    CAPTURE_HOLD: (scope, payment) => captureHold(scope, payment, this.#partsOf(scope, payment)),
    RELEASE_HOLD: (scope, payment) => releaseHold(scope, payment, this.#partsOf(scope, payment)),
    GIVE_BACK: (scope, payment) => this.#returnMoney(scope, payment),
    EXPIRE: (scope, payment) => expire(scope, payment, this.#options.clock),
  }

  constructor(options: PaymentFlowOptions) {
    this.#options = options
  }

  /** Takes a payment to its end, or to where it waits for somebody. */
  async drive(scope: Books, payment: Payment): Promise<Payment> {
    let driven = payment
    for (;;) {
      const step = nextStep(driven, this.#options.clock())
      if (step === undefined) return driven
      const after = await this.#steps[step](scope, driven)
      // It cannot go on now; whoever looks after it later finds it.
      if (after === driven) return driven
      driven = after
    }
  }

  /** Drives on what somebody looks after; a refund whose money has come back by itself is taken back, where its rail lets it. */
  async resume(scope: Books, id: Id<'pay'>): Promise<Payment> {
    const payment = await findPayment(scope.db, id)
    const { originalId, execution } = payment
    if (execution !== 'INSTRUCTED' || originalId === null) return this.drive(scope, payment)
    const original = await findPayment(scope.db, originalId)
    if (original.status !== 'FAILED' || !(await hasComeBackOtherwise(scope.db, original)))
      return this.drive(scope, payment)
    await this.#recallRefunds(scope, original)
    await this.#driveRefunds(scope, original)
    return findPayment(scope.db, id)
  }

  async #assess({ tenant, db }: Books, payment: Payment): Promise<Payment> {
    const { risk, fallbackLimit, clock } = this.#options
    const { id: paymentId, payerId, amount, createdAt, correlationId } = payment
    const parties = await partiesOf(db, payment)
    const answer = await risk.assess({ tenant, correlationId, paymentId, payerId, amount, createdAt, ...parties })
    if (waitsForRisk(payment, answer)) return payment
    return authorise(db, payment, decide(amount, answer, fallbackLimit), clock())
  }

  /** A refund whose money has come back by itself meanwhile is not instructed, and what follows from that is done at once. */
  async #instructOnce(scope: Books, payment: Payment): Promise<Payment> {
    const { clock } = this.#options
    const after = await instruct(scope, payment, { clock, rails: this.#rails })
    if (after.status === 'CANCELLED' && after.originalId !== null)
      await this.#driveRefunds(scope, { id: after.originalId })
    return after
  }

  async #returnMoney(scope: Books, payment: Payment): Promise<Payment> {
    const { clock } = this.#options
    if (!(await giveBack(scope, payment, clock))) {
      await this.#recallRefunds(scope, payment)
      await giveBack(scope, payment, clock)
    }
    await this.#driveRefunds(scope, payment)
    const after = await findPayment(scope.db, payment.id)
    return after.execution === 'RETURNED' ? payment : after
  }

  /** Takes back what would pay a second time what has come back by itself, where the rail lets it. */
  async #recallRefunds(scope: Books, { id }: Pick<Payment, 'id'>): Promise<void> {
    for (const refund of await findRefundsToEnd(scope.db, id)) {
      if (refund.execution === 'INSTRUCTED') {
        const { rail } = await findRoute(scope.db, refund.id)
        await this.#rails.cancel(scope, { rail, id: instructionIdOf(refund) })
      }
      await this.drive(scope, await findPayment(scope.db, refund.id))
    }
  }

  /** One that the ledger refuses is followed by another one, of suspense. */
  async #driveRefunds(scope: Books, { id }: Pick<Payment, 'id'>): Promise<void> {
    const driven = new Set<Id<'pay'>>()
    for (;;) {
      const next = (await findRefundsToEnd(scope.db, id)).find((refund) => !driven.has(refund.id))
      if (next === undefined || driven.size === REFUNDS_DRIVEN_MAX) return
      driven.add(next.id)
      await this.drive(scope, next)
    }
  }

  #partsOf(scope: Books, { method, originalId }: Payment): StepParts {
    const { clock, ledgers } = this.#options
    const endWithoutRail = originalId === null ? undefined : endOfRefund
    return {
      clock,
      ledger: ledgers.of(scope),
      onEnd: method === 'WALLET' ? endWithoutRail : endOverRail(this.#rails.config),
    }
  }

  /** @throws Error in a process without rails, which takes on nothing that needs one */
  get #rails(): Rails {
    const { rails } = this.#options
    if (rails === undefined) throw new Error('There are no rails here.')
    return rails
  }
}
