import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { findPayment } from '../db/payments.ts'
import { decide } from '../domain/decide.ts'
import type { Payment } from '../domain/payment.ts'
import type { RiskClient } from '../risk/client.ts'
import type { PostTransfer } from './post-transfer.ts'
import { authorise, execute } from './settle.ts'
import { type PaymentRequest, type TakenOn, takeOn } from './take-on.ts'

export type PaymentFlow = {
  /**
   * Pays once for each key: the first call does it, every other answers with the same payment as it stands by then, or
   * with the same refusal. A payment that an earlier call left unfinished is driven to its end.
   */
  create(scope: Books, request: PaymentRequest): Promise<TakenOn>
  /** Drives a payment that was left between its steps to its end. */
  resume(scope: Books, id: Id<'pay'>): Promise<Payment>
}

export type PaymentFlowOptions = {
  readonly risk: RiskClient
  readonly post: PostTransfer
  readonly clock: Clock
  /** In major units of any currency; see `decide`. */
  readonly fallbackLimit: Decimal
}

/**
 * Take on, ask risk, authorise, post, record: a transaction each but for the call to risk, because a row that is locked
 * while somebody else is being asked is locked for as long as they are slow. Each step may be done again; a process that
 * is killed between them leaves a payment that says how far it came, for the next call with its key, or for the sweeper.
 */
export function createPaymentFlow({ risk, post, clock, fallbackLimit }: PaymentFlowOptions): PaymentFlow {
  async function drive(scope: Books, payment: Payment): Promise<Payment> {
    const decided = payment.status === 'RISK_PENDING' ? await assess(scope, payment) : payment
    return decided.status === 'AUTHORISED' ? execute(scope, decided, clock, post) : decided
  }

  async function assess({ tenant, db }: Books, payment: Payment): Promise<Payment> {
    const { id: paymentId, payerId, amount, createdAt, correlationId } = payment
    const answer = await risk.assess({ tenant, correlationId, paymentId, payerId, amount, createdAt })
    return authorise(db, paymentId, decide(amount, answer, fallbackLimit), clock())
  }

  return {
    async create(scope, request) {
      const taken = await takeOn(scope.db, request, clock())
      return taken.ok ? { ok: true, value: await drive(scope, taken.value) } : taken
    },
    async resume(scope, id) {
      return drive(scope, await findPayment(scope.db, id))
    },
  }
}
