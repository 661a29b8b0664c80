import type { Database } from '@carriergraph/shared/db/pools.ts'
import { toUuid } from '@carriergraph/shared/ids.ts'
import type { Payment } from '../domain/payment.ts'
import type { Command, Commanded } from '../flow/commands.ts'
import type { PaymentRequest, TakenOn } from '../flow/take-on.ts'
import { requestOf } from './flow-stage.ts'
import type { Purse } from './payments-database.ts'

/** A top-up of the purse's own account that is held until somebody captures it. */
export function manualOf(purse: Purse, key: string, minor = 1_000n): PaymentRequest {
  const request = requestOf(purse, key, minor)
  return { ...request, order: { ...request.order, capture: 'MANUAL' } }
}

/** What an operator asks of a payment. */
export const byOperator = ({ id }: Pick<Payment, 'id'>, correlationId = 'c'): Command => ({
  paymentId: id,
  requester: { userId: undefined, actsForOthers: true },
  actor: 'usr_operator',
  correlationId,
})

/** The payment that was taken on, or that somebody asked something of. */
export function paymentOf(taken: TakenOn | Commanded): Payment {
  if (!taken.ok) throw new Error(`refused: ${taken.code}`)
  return taken.value
}

/** What the purse has, and what of it is held, in cents. */
export async function standingOf({ sql }: Database, { walletId }: Purse) {
  const [row] = await sql.system`
    select balance_minor as balance, held_minor as held from ledger_account where id = ${toUuid(walletId)}`
  return row
}
