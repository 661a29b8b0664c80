import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { and, eq } from 'drizzle-orm'
import type { Payment, PaymentStatus } from '../domain/payment.ts'
import { toPayment } from './payments.ts'
import { payment } from './tables/payment.ts'

export type PaymentFilter = {
  /** Whose payments the reader may see. */
  readonly seenBy: 'everybody' | Id<'usr'>
  readonly payerId: Id<'usr'> | undefined
  readonly status: PaymentStatus | undefined
}

/** Ids carry the time at which they were made, so their order is that of the payments. */
export const newestPayments = ordering({
  name: 'payments by newest',
  direction: 'desc',
  by: { id: payment.id },
})

/** Not prepared: each set of filters is another statement, and each has its index. */
export async function listPayments(
  db: Db,
  page: Page<typeof newestPayments.by>,
  { seenBy, payerId, status }: PaymentFilter,
): Promise<Connection<Payment>> {
  const { where, orderBy, limit } = keyset(page)
  const rows = await db
    .select()
    .from(payment)
    .where(
      and(
        where,
        seenBy === 'everybody' ? undefined : eq(payment.payerId, seenBy),
        payerId && eq(payment.payerId, payerId),
        status && eq(payment.status, status),
      ),
    )
    .orderBy(...orderBy)
    .limit(limit)
  return toConnection(rows.map(toPayment), page)
}

export const newestPaymentsOfUser = ordering({
  name: 'User.payments by newest',
  direction: 'desc',
  by: { id: payment.id },
})

export const paymentsOfUsers = pagesByParent(newestPaymentsOfUser, payment.payerId, (db, { where, orderBy, limit }) =>
  db
    .select()
    .from(payment)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)

export const newestRefunds = ordering({
  name: 'Payment.refunds by newest',
  direction: 'desc',
  by: { id: payment.id },
})

export const refundsOfPayments = pagesByParent(newestRefunds, payment.originalId, (db, { where, orderBy, limit }) =>
  db
    .select()
    .from(payment)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)
