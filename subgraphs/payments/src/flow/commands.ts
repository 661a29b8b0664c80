import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { isAnyFrozen } from '../db/ledger-accounts.ts'
import { findRoute } from '../db/payment-routes.ts'
import { findPayment, findPayments, lockPayment } from '../db/payments.ts'
import type { Requester } from '../domain/admit.ts'
import {
  type Change,
  type CommandCode,
  cancel,
  capture,
  confirm,
  dispute,
  type RefundCode,
  winDispute,
} from '../domain/commands.ts'
import type { PaymentFailure } from '../domain/decide.ts'
import type { DisputeOutcome, Payment } from '../domain/payment.ts'
import { CANCEL_REFUSALS } from '../rails/rail.ts'
import type { Rails } from '../rails/rails.ts'
import { applyChange } from './change-payment.ts'
import { instructionIdOf } from './instruction-of.ts'
import { takeOnChargeback } from './refund.ts'

/** Which payment, and who asks for it. */
export type Command = {
  readonly paymentId: Id<'pay'>
  readonly requester: Requester
  /** As the history names whoever asks. */
  readonly actor: string
  readonly correlationId: string
}

export type Commanded = Outcome<Payment, CommandCode | 'PAYMENT_NOT_FOUND'>

/** How a dispute that was lost stands: with a failure, the money could not be taken back, and the dispute is open still. */
export type Resolved = Outcome<
  { readonly payment: Payment; readonly failure: PaymentFailure | null },
  CommandCode | RefundCode
>

/** What is asked of a payment by its id. Each may be asked again, and is done once. */
export type PaymentCommands = {
  confirm(scope: Books, command: Command): Promise<Commanded>
  /** Takes what is held, or the given part of it. */
  capture(scope: Books, command: Command, amount: Money | undefined): Promise<Commanded>
  cancel(scope: Books, command: Command): Promise<Commanded>
  dispute(scope: Books, command: Command, reason: string): Promise<Commanded>
  resolveDispute(scope: Books, command: Command, outcome: DisputeOutcome): Promise<Resolved>
}

type Decided = Outcome<Change, CommandCode>

type Drive = (scope: Books, payment: Payment) => Promise<Payment>

export function createCommands(drive: Drive, clock: Clock, rails?: Rails | undefined): PaymentCommands {
  /** One that another process left between two steps is driven on first, so that a command never meets a step. */
  async function settled(scope: Books, { paymentId, requester }: Command): Promise<Commanded> {
    const [payment] = await findPayments(scope.db, [paymentId])
    if (payment === undefined || !(requester.actsForOthers || payment.payerId === requester.userId))
      return refuse('PAYMENT_NOT_FOUND', 'There is no such payment, or it is not yours.', ['paymentId'])
    return ok(await drive(scope, payment))
  }

  async function run(
    scope: Books,
    command: Command,
    decide: (payment: Payment, tx: Tx) => Decided | Promise<Decided>,
  ): Promise<Commanded> {
    const before = await settled(scope, command)
    if (!before.ok) return before
    const decided = await inTransaction(scope.db, async (tx): Promise<Commanded> => {
      const payment = await lockPayment(tx, command.paymentId)
      const change = await decide(payment, tx)
      if (!change.ok) return change
      const by = { now: clock(), actor: command.actor }
      return ok(change.value === undefined ? payment : await applyChange(tx, payment, change.value, by))
    })
    return decided.ok ? ok(await drive(scope, decided.value)) : decided
  }

  async function chargeBack(scope: Books, command: Command): Promise<Resolved> {
    const before = await settled(scope, command)
    if (!before.ok) return before
    const taken = await takeOnChargeback(scope.db, command.paymentId, { ...command, now: clock() })
    if (!taken.ok) return taken
    const { failure } = await drive(scope, taken.value)
    return ok({ payment: await drive(scope, await findPayment(scope.db, command.paymentId)), failure })
  }

  /** What is on its way over a rail ends where the rail takes it back, which is told as any news of it. */
  async function takeBack(scope: Books, command: Command, payment: Payment): Promise<Commanded> {
    const { rail } = await findRoute(scope.db, payment.id)
    const taken = await rails?.cancel(scope, { rail, id: instructionIdOf(payment) })
    if (taken?.ok) return ok(await drive(scope, await findPayment(scope.db, command.paymentId)))
    return refuse('CANCEL_TOO_LATE', CANCEL_REFUSALS.CANCEL_TOO_LATE, ['paymentId'])
  }

  async function cancelOne(scope: Books, command: Command): Promise<Commanded> {
    const before = await settled(scope, command)
    if (!before.ok) return before
    const { status, execution, originalId } = before.value
    if (status === 'PROCESSING' && execution === 'INSTRUCTED') {
      // Whoever is paid back did not ask for it, and would have the money in the wallet again.
      if (originalId !== null && !command.requester.actsForOthers)
        return refuse('OPERATOR_REQUIRED', 'A refund is cancelled by the operator alone.', ['paymentId'])
      return takeBack(scope, command, before.value)
    }
    return run(scope, command, (payment) => cancel(payment, command.requester))
  }

  return {
    confirm: (scope, command) => run(scope, command, confirm),
    capture: (scope, command, amount) => run(scope, command, (payment, tx) => captureUnlessFrozen(tx, payment, amount)),
    cancel: cancelOne,
    dispute: (scope, command, reason) => run(scope, command, (payment) => dispute(payment, reason)),
    async resolveDispute(scope, command, outcome) {
      if (outcome === 'LOST') return chargeBack(scope, command)
      const won = await run(scope, command, winDispute)
      return won.ok ? ok({ payment: won.value, failure: null }) : won
    },
  }
}

/**
 * What the ledger refuses, it refuses for ever: a capture ends the payment then, and its money goes free. A freeze is for a
 * while, so that the payment waits, as long as its hold lasts.
 */
async function captureUnlessFrozen(tx: Tx, payment: Payment, amount: Money | undefined): Promise<Decided> {
  const change = capture(payment, amount)
  if (!change.ok || change.value === undefined) return change
  const { sourceAccountId, destinationAccountId } = payment
  if (!(await isAnyFrozen(tx, [sourceAccountId, destinationAccountId]))) return change
  return refuse('ACCOUNT_FROZEN', 'One of its accounts is frozen. It stays held: capture it when it is not.', [
    'paymentId',
  ])
}
