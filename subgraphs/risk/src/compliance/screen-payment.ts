import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Hit } from '../sanctions/hit.ts'
import { screenNames } from '../sanctions/screen-names.ts'
import { type Counterparty, complianceReasons, namesOf } from './payment.ts'
import type { ScreeningReason } from './reason.ts'

/** Of a payment what compliance looks at. */
export type PaymentToScreen = {
  readonly paymentId: Id<'pay'>
  readonly payerId: Id<'usr'>
  /** The owner of the wallet or billing account that a transfer or a top-up goes to; null of other payments. */
  readonly payeeId: Id<'usr'> | null
  /** Null of what stays in the graph. */
  readonly counterparty: Counterparty | null
}

export type ScreenedPayment = {
  readonly complianceReasons: readonly ScreeningReason[]
  /** The version of the sanctions list; null where there is none. */
  readonly sanctionsVersion: number | null
  readonly hits: readonly Hit[]
}

/**
 * Screens names and countries of a payment.
 * @throws OverloadError as `screenNames`
 */
export async function screenPayment(
  db: TenantDb,
  { paymentId, payerId, payeeId, counterparty }: PaymentToScreen,
  signal: AbortSignal,
): Promise<ScreenedPayment> {
  const screening = await screenNames(
    db,
    {
      id: paymentId,
      payerId,
      userIds: payeeId === null ? [payerId] : [payerId, payeeId],
      namesOf(displayNames) {
        const payee = payeeId === null || payeeId === payerId ? null : (displayNames.get(payeeId) ?? null)
        return namesOf({ payer: displayNames.get(payerId) ?? null, payee, counterparty })
      },
    },
    signal,
  )
  return {
    complianceReasons: complianceReasons(screening, counterparty),
    sanctionsVersion: screening.version,
    hits: screening.hits,
  }
}
