import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { recordUnapplied } from '../flow/unapplied.ts'
import { bringIntoSuspense, type CarryOutParts } from '../unapplied/carry-out.ts'
import { remittanceAccounts } from './accounts.ts'
import { takeStep } from './change.ts'
import { refundOrders } from './orders.ts'
import { clearMoved } from './outlet.ts'
import { findRefundingParts, suspendedBy } from './part-returns.ts'
import { refusalOf } from './post-linked.ts'
import type { Remittance } from './remittance.ts'
import { bookSettlement } from './settle-step.ts'
import type { StepOptions, TakeStep } from './step-options.ts'
import { logRefused, pausedUntil } from './try-again.ts'
import { unappliedOf } from './unapplied.ts'

/** What was debited is given back, because the money has not left or has come back. */
export const refundStep =
  (options: StepOptions): TakeStep =>
  async (scope, remittance) => {
    const { outlet, clock, log } = options
    if (remittance.returnedMinor !== null) {
      // A return may be told before the settlement was booked; only what was booked can be reversed.
      const { isBooked, after } = await bookSettlement(options, scope, remittance)
      if (!isBooked) return after
    }
    const parts = await findRefundingParts(scope.db, remittance.id)
    const partsMinor = suspendedBy(parts)
    for (const part of parts) if (!(await bringIntoSuspense(carryingOut(options, scope), part))) return remittance
    const { refused, isClosed } = await postRefund(options, scope, remittance, partsMinor)
    if (refused !== undefined) logRefused(log, scope, remittance, 'refund', refused)
    const { refundAttempt } = remittance
    const now = clock()
    return takeStep(scope.db, remittance.id, now, async (current, tx) => {
      if (current.status !== 'REFUNDING') return undefined
      if (refused === undefined) {
        if (current.returnedMinor !== null) await clearMoved(outlet, tx, current, now, partsMinor)
        for (const unapplied of unappliedOf(current, isClosed)) await recordUnapplied(tx, unapplied, now)
        return { status: 'REFUNDED' }
      }
      // Another one was refused the same, and has counted it.
      if (current.refundAttempt !== refundAttempt) return undefined
      return { refundAttempt: refundAttempt + 1, retryAt: pausedUntil(refundAttempt, now) }
    })
  }

/**
 * Posts the refund to the wallet or, where that is closed, to suspense.
 * @returns with which code the ledger refused it, if it did
 */
async function postRefund({ post, clock, log }: StepOptions, scope: Books, remittance: Remittance, partsMinor: bigint) {
  const accounts = await remittanceAccounts(scope.db, remittance, clock())
  const postTo = async (to: 'WALLET' | 'SUSPENSE') =>
    refusalOf(await post(scope, refundOrders(remittance, accounts, to, partsMinor)))
  const refused = await postTo('WALLET')
  // Of all its accounts only the wallet can be closed, and stays so: trying again would be in vain for ever.
  if (refused !== 'ACCOUNT_CLOSED') return { refused, isClosed: false }
  const refusedToo = await postTo('SUSPENSE')
  if (refusedToo === undefined) {
    const { id: remittanceId, sourceAccountId: accountId } = remittance
    const what = { remittanceId, tenant: scope.tenant, accountId }
    log.warn(what, 'the wallet of a remittance that comes back is closed; its money is kept in suspense')
  }
  return { refused: refusedToo, isClosed: true }
}

function carryingOut({ post, clock }: StepOptions, scope: Books): CarryOutParts {
  const postOne: CarryOutParts['ledger']['post'] = async (order) => {
    const [posting] = await post(scope, [order])
    if (posting === undefined) throw new Error(`${order.id} was not answered.`)
    return posting
  }
  return { db: scope.db, clock, ledger: { post: postOne } }
}
