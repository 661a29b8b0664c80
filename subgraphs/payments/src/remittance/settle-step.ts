import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { remittanceAccounts } from './accounts.ts'
import { takeStep } from './change.ts'
import { settlementOrder } from './orders.ts'
import { clearMoved } from './outlet.ts'
import { refusalOf } from './post-linked.ts'
import type { Remittance } from './remittance.ts'
import type { StepOptions, TakeStep } from './step-options.ts'
import { logRefused, pausedUntil } from './try-again.ts'

/** The rail has moved the money: that is booked, and the remittance has arrived. */
export const settleStep =
  (options: StepOptions): TakeStep =>
  async (scope, remittance) => {
    const { outlet, clock } = options
    const { isBooked, after } = await bookSettlement(options, scope, remittance)
    if (!isBooked) return after
    const now = clock()
    return takeStep(scope.db, remittance.id, now, async (current, tx) => {
      if (current.status !== 'SETTLING') return undefined
      await clearMoved(outlet, tx, current, now)
      return { status: 'COMPLETED' }
    })
  }

/** Books that the rail has moved the money, which may be refused; then it is tried again later, under another id. */
export async function bookSettlement(
  { post, clock, log }: StepOptions,
  scope: Books,
  remittance: Remittance,
): Promise<{ readonly isBooked: boolean; readonly after: Remittance }> {
  const { settlementAttempt } = remittance
  const accounts = await remittanceAccounts(scope.db, remittance, clock())
  const refused = refusalOf(await post(scope, [settlementOrder(remittance, accounts)]))
  if (refused === undefined) return { isBooked: true, after: remittance }
  logRefused(log, scope, remittance, 'settlement', refused)
  const after = await takeStep(scope.db, remittance.id, clock(), (current) =>
    current.settlementAttempt === settlementAttempt
      ? { settlementAttempt: settlementAttempt + 1, retryAt: pausedUntil(settlementAttempt, clock()) }
      : undefined,
  )
  return { isBooked: false, after }
}
