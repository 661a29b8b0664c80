import { gathered } from '@carriergraph/shared/db/gathered.ts'
import { perTenant } from '@carriergraph/shared/db/per-database.ts'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { findUsers } from '../db/users.ts'
import type { Hit } from '../sanctions/hit.ts'
import { type CompareOften, comparisonsKept } from '../sanctions/kept-comparisons.ts'
import { screeningOf } from '../sanctions/screen.ts'
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
 * Screens names and countries of a payment. Payments at once share a transaction. It comes before the one in which the payer is
 * locked: comparing a new name takes milliseconds, for which other payments of the same payer would stand in line.
 */
export const screenPayment = (db: TenantDb, payment: PaymentToScreen): Promise<ScreenedPayment> =>
  screeningsOf(db)(payment)

/** With two names each that are new, they take less than half of the time that payments wait for risk. */
const PAYMENTS_MAX = 32

const keyOf = ({ paymentId }: PaymentToScreen): string => paymentId

const screeningsOf = perTenant((db) => {
  const compare = comparisonsKept()
  const together = (asked: readonly PaymentToScreen[]) => inTransaction(db, (tx) => screenAll(tx, asked, compare))
  return gathered<PaymentToScreen, ScreenedPayment>({
    max: PAYMENTS_MAX,
    keyOf,
    together,
    alone: async (asked) => (await together([asked])).get(keyOf(asked)) ?? lost(asked),
  })
})

/** By payment. */
async function screenAll(
  tx: Tx,
  asked: readonly PaymentToScreen[],
  compare: CompareOften,
): Promise<ReadonlyMap<string, ScreenedPayment>> {
  const ids = asked.flatMap(({ payerId, payeeId }) => (payeeId === null ? [payerId] : [payerId, payeeId]))
  const users = new Map((await findUsers(tx, [...new Set(ids)])).map(({ id, displayName }) => [id, displayName]))
  const named = asked.map((payment) => {
    const { payerId, payeeId, counterparty } = payment
    const payee = payeeId === null || payeeId === payerId ? null : (users.get(payeeId) ?? null)
    return { payment, names: namesOf({ payer: users.get(payerId) ?? null, payee, counterparty }) }
  })
  const names = [...new Set(named.flatMap((one) => one.names.map(({ name }) => name)))]
  const { version, matchesOf } = await compare(tx, names)
  return new Map(
    named.map(({ payment, names }) => {
      const screening = screeningOf(names, { version, matches: names.map(({ name }) => matchesOf(name)) })
      const reasons = complianceReasons(screening, payment.counterparty)
      return [
        keyOf(payment),
        { complianceReasons: reasons, sanctionsVersion: screening.version, hits: screening.hits },
      ] as const
    }),
  )
}

function lost({ paymentId }: PaymentToScreen): never {
  throw new Error(`The screening of ${paymentId} was there and is gone.`)
}
