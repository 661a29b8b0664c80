import type { Clock } from '@carriergraph/shared/clock.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { findPayment } from '../db/payments.ts'
import type { PostTransfer } from '../db/post-transfer.ts'
import { decide } from '../domain/decide.ts'
import type { Payment } from '../domain/payment.ts'
import type { RiskClient } from '../risk/client.ts'
import { settle } from './settle.ts'
import { type PaymentRequest, type TakenOn, takeOn } from './take-on.ts'

/** Where a payment is: its tenant's name and connections. */
export type TenantScope = { readonly tenant: string; readonly db: TenantDb }

export type PaymentFlow = {
  /**
   * Pays once for each key: the first call does it, every other answers with the same payment as it stands by then, or
   * with the same refusal. A payment that an earlier call left unfinished is driven to its end.
   */
  create(scope: TenantScope, request: PaymentRequest): Promise<TakenOn>
  /** Drives a payment that was left between its steps to its end. */
  resume(scope: TenantScope, id: Id<'pay'>): Promise<Payment>
}

export type PaymentFlowOptions = {
  readonly risk: RiskClient
  readonly post: PostTransfer
  readonly clock: Clock
  /** In major units of any currency; see `decide`. */
  readonly fallbackLimit: Decimal
}

/**
 * Take on, ask risk, settle: two transactions with a call between them, because a row that is locked while another
 * service is being asked is locked for as long as that service is slow. Each step may be done again; a process that is
 * killed between them leaves a RISK_PENDING payment for the next call with its key, or for the sweeper.
 */
export function createPaymentFlow({ risk, post, clock, fallbackLimit }: PaymentFlowOptions): PaymentFlow {
  async function drive({ tenant, db }: TenantScope, payment: Payment): Promise<Payment> {
    if (payment.status !== 'RISK_PENDING') return payment
    const { id: paymentId, payerId, amount, createdAt, correlationId } = payment
    const answer = await risk.assess({ tenant, correlationId, paymentId, payerId, amount, createdAt })
    return settle(db, paymentId, decide(amount, answer, fallbackLimit), clock(), post)
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
