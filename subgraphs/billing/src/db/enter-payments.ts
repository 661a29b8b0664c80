import { eventMoney } from '@carriergraph/shared/bus/event-fields.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { insertionOf } from '@carriergraph/shared/db/recordset.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { parseId, toUuid } from '@carriergraph/shared/ids.ts'
import { appendToJournal, type NewJournalEvent } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { and, type SQL, sql } from 'drizzle-orm'
import {
  type CompletedPayment,
  decideEntries,
  type EnteredPayment,
  type PaymentEntry,
  type PaymentEntryKind,
} from '../domain/payment-entries.ts'
import { eventOf } from '../events.ts'
import type { BillingAccount } from './billing-accounts.ts'
import { raiseAlerts } from './raise-alerts.ts'
import { balanceEntries } from './tables/balance-entries.ts'
import { billingAccounts } from './tables/billing-accounts.ts'

/** A payment that others told of, and whose doing it is. */
export type ToldPayment = CompletedPayment & { readonly by: Omit<Provenance, 'now'> }

type Entry = PaymentEntry<ToldPayment, BillingAccount>

/**
 * Enters completed payments in the balances of their accounts, in the order given and each once for ever: one that was
 * entered before changes nothing. The number of statements does not depend on how many they are.
 * @throws Error as `decideEntries`; then nothing is entered, and the bus parks the event that is at fault
 */
export async function enterPayments(tx: Tx, payments: readonly ToldPayment[], now: Date): Promise<void> {
  if (payments.length === 0) return
  const accounts = await lockAccounts(tx, payments)
  // Behind the lock, in statements and so snapshots of their own: what its holders entered is seen.
  const entered = await Promise.all([enteredBefore(tx, payments, 'TOP_UP'), enteredBefore(tx, payments, 'REFUND')])
  const entries = decideEntries(payments, { accounts, entered: entered.flat() })
  if (entries.length === 0) return
  await Promise.all([
    insertEntries(
      tx,
      entries.map((entry) => toRow(entry, now)),
    ),
    updateAccounts(tx, entries),
    appendToJournal(
      tx,
      entries.map((entry) => toEvent(entry, now)),
    ),
  ])
  for (const { account, alerts, payment } of entries)
    await raiseAlerts(tx, [{ account, alerts }], { ...payment.by, now })
}

/** In the order of ids, in which everything locks accounts, so that two that have some in common wait and do not deadlock. */
const lockAccounts = (tx: Tx, payments: readonly ToldPayment[]): Promise<BillingAccount[]> =>
  lockedAccounts(tx).execute({ ids: payments.map(({ accountId }) => toUuid(accountId)) })

const lockedAccounts = preparedFor((db) =>
  db
    .select()
    .from(billingAccounts)
    .where(amongIds(billingAccounts.id))
    .orderBy(billingAccounts.id)
    .for('no key update')
    .prepare('billing accounts, locked'),
)

async function enteredBefore(
  tx: Tx,
  payments: readonly ToldPayment[],
  kind: PaymentEntryKind,
): Promise<EnteredPayment[]> {
  const references = payments.filter((payment) => payment.kind === kind).map(({ paymentId }) => paymentId)
  if (references.length === 0) return []
  const rows = await entriesOf[kind](tx).execute({ references })
  return rows.map(({ reference, ...entry }) => ({ kind, paymentId: parseId('pay', reference), ...entry }))
}

/** The kind is no parameter: the planner takes the index of a kind only where it can see that nothing else is asked for. */
const entriesOfKind = (isOfKind: SQL) =>
  preparedFor((db) =>
    db
      .select({
        reference: balanceEntries.reference,
        accountId: balanceEntries.accountId,
        amountMinor: balanceEntries.amountMinor,
      })
      .from(balanceEntries)
      .where(and(isOfKind, sql`${balanceEntries.reference} = any(${sql.placeholder('references')}::text[])`))
      .prepare('entries of payments'),
  )

const entriesOf = {
  TOP_UP: entriesOfKind(sql`${balanceEntries.kind} = 'TOP_UP'`),
  REFUND: entriesOfKind(sql`${balanceEntries.kind} = 'REFUND'`),
} as const satisfies Record<PaymentEntryKind, unknown>

const insertEntries = insertionOf(balanceEntries, [
  'accountId',
  'sequence',
  'kind',
  'amountMinor',
  'balanceAfterMinor',
  'reference',
  'recordedAt',
])

const toRow = ({ account, payment, amountMinor }: Entry, now: Date) => ({
  accountId: account.id,
  sequence: account.entrySequence,
  kind: payment.kind,
  amountMinor,
  balanceAfterMinor: account.balanceMinor,
  reference: payment.paymentId,
  recordedAt: now,
})

/** As the last entry of each has left it. */
async function updateAccounts(tx: Tx, entries: readonly Entry[]): Promise<void> {
  const last = [...new Map(entries.map(({ account }) => [account.id, account])).values()]
  await tx.execute(sql`
    update ${billingAccounts}
    set balance_minor = last.balance, entry_sequence = last.sequence, version = last.version
    from ${unnested(
      { type: 'uuid', values: last.map(({ id }) => toUuid(id)) },
      { type: 'bigint', values: last.map(({ balanceMinor }) => String(balanceMinor)) },
      { type: 'bigint', values: last.map(({ entrySequence }) => String(entrySequence)) },
      { type: 'int', values: last.map(({ version }) => String(version)) },
    )} as last (account_id, balance, sequence, version)
    where ${billingAccounts.id} = last.account_id`)
}

function toEvent({ account, payment }: Entry, now: Date): NewJournalEvent {
  const data = {
    accountId: account.id,
    paymentId: payment.paymentId,
    amount: eventMoney(payment.amount),
    balanceAfter: eventMoney(money(account.balanceMinor, account.currency)),
  }
  return {
    aggregate: { type: 'account', id: account.id },
    version: account.version,
    ...(payment.kind === 'TOP_UP' ? eventOf('account.credited', data) : eventOf('account.debited', data)),
    ...payment.by,
    occurredAt: now,
  }
}
