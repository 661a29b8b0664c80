import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Decimal } from '@carriergraph/shared/money/decimal.ts'
import type { Payment } from '../domain/payment.ts'
import type { Rails } from '../rails/rails.ts'
import type { RiskClient } from '../risk/client.ts'
import { createCommands, type PaymentCommands } from './commands.ts'
import { PaymentDriver } from './payment-driver.ts'
import { type RefundRequest, takeOnRefund } from './refund.ts'
import { routeOf } from './route.ts'
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
export function createPaymentFlow(options: PaymentFlowOptions): PaymentFlow {
  const { clock, rails } = options
  const driver = new PaymentDriver(options)
  const drive = (scope: Books, payment: Payment): Promise<Payment> => driver.drive(scope, payment)

  const driven = async (scope: Books, taken: TakenOn): Promise<TakenOn> =>
    taken.ok ? { ok: true, value: await drive(scope, taken.value) } : taken

  return {
    ...createCommands(drive, clock, rails),
    async create(scope, request) {
      const now = clock()
      const route = await routeOf(scope, request.order, rails, now)
      return driven(scope, await takeOn(scope.db, request, now, route))
    },
    refund: async (scope, request) => driven(scope, await takeOnRefund(scope.db, request, clock())),
    resume: (scope, id) => driver.resume(scope, id),
  }
}
