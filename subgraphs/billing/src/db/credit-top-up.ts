import { eventMoney } from '@carriergraph/shared/bus/event-fields.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Money, money } from '@carriergraph/shared/money/money.ts'
import { and, eq, sql } from 'drizzle-orm'
import { alertsOn } from '../domain/alerts.ts'
import { eventOf } from '../events.ts'
import type { BillingAccount } from './billing-accounts.ts'
import { raiseAlerts } from './raise-alerts.ts'
import { balanceEntries } from './tables/balance-entries.ts'
import { billingAccounts } from './tables/billing-accounts.ts'

/** A payment that has been completed for the benefit of an account. */
export type TopUp = {
  readonly paymentId: Id<'pay'>
  readonly accountId: Id<'acc'>
  /** Above zero. */
  readonly amount: Money
}

/**
 * Credits an account, once for each payment: a payment that was credited before changes nothing.
 * @throws Error where the money is there and cannot be credited: no such account, another currency, or a payment that
 * was credited as something else. A person has to look at it; the bus parks the event.
 */
export async function creditTopUp(tx: Tx, topUp: TopUp, by: Provenance): Promise<void> {
  await enter(tx, topUp, 'TOP_UP', by)
}

/**
 * Takes back from an account what a refund of a top-up gave back to a wallet, once for each refund. The money is gone from
 * here whatever the balance is, so that falls below zero where it was used; the alerts are those of usage.
 * @throws Error as `creditTopUp`
 */
export async function debitRefund(tx: Tx, refund: TopUp, by: Provenance): Promise<void> {
  const account = await enter(tx, refund, 'REFUND', by)
  if (account === undefined) return
  const after = account.balanceMinor + account.creditLimitMinor
  const before = after + refund.amount.minor
  const alerts = alertsOn({ before, after, lowBalanceThreshold: account.lowBalanceThresholdMinor })
  await raiseAlerts(tx, [{ account, alerts }], by)
}

type EntryKind = 'TOP_UP' | 'REFUND'

/** The account after the entry; undefined where the entry was there. */
async function enter(
  tx: Tx,
  payment: TopUp,
  kind: EntryKind,
  { now, ...by }: Provenance,
): Promise<BillingAccount | undefined> {
  const { paymentId, accountId, amount } = payment
  const account = await lockAccount(tx, accountId)
  // First, because an entry has no currency of its own to compare with.
  if (account.currency !== amount.currency)
    throw new Error(`Payment ${paymentId} is in ${amount.currency}, account ${accountId} in ${account.currency}.`)
  if (await wasEntered(tx, payment, kind)) return undefined
  const balance = money(account.balanceMinor + signed(amount.minor, kind), account.currency)
  const sequence = account.entrySequence + 1n
  const version = account.version + 1
  await tx.insert(balanceEntries).values({
    accountId,
    sequence,
    kind,
    amountMinor: signed(amount.minor, kind),
    balanceAfterMinor: balance.minor,
    reference: paymentId,
    recordedAt: now,
  })
  await tx
    .update(billingAccounts)
    .set({ balanceMinor: balance.minor, entrySequence: sequence, version })
    .where(eq(billingAccounts.id, accountId))
  const data = { accountId, paymentId, amount: eventMoney(amount), balanceAfter: eventMoney(balance) }
  await appendToJournal(tx, {
    aggregate: { type: 'account', id: accountId },
    version,
    ...(kind === 'TOP_UP' ? eventOf('account.credited', data) : eventOf('account.debited', data)),
    ...by,
    occurredAt: now,
  })
  return { ...account, balanceMinor: balance.minor, entrySequence: sequence, version }
}

const signed = (minor: bigint, kind: EntryKind): bigint => (kind === 'TOP_UP' ? minor : -minor)

async function lockAccount(tx: Tx, id: Id<'acc'>): Promise<BillingAccount> {
  const [account] = await tx.select().from(billingAccounts).where(eq(billingAccounts.id, id)).for('no key update')
  if (account === undefined) throw new Error(`There is no account ${id}.`)
  return account
}

async function wasEntered(tx: Tx, { paymentId, accountId, amount }: TopUp, kind: EntryKind): Promise<boolean> {
  const [entry] = await tx
    .select({ accountId: balanceEntries.accountId, amountMinor: balanceEntries.amountMinor })
    .from(balanceEntries)
    .where(and(IS_OF_KIND[kind], eq(balanceEntries.reference, paymentId)))
  if (entry === undefined) return false
  if (entry.accountId === accountId && entry.amountMinor === signed(amount.minor, kind)) return true
  const done = kind === 'TOP_UP' ? 'credited to' : 'taken back from'
  throw new Error(`Payment ${paymentId} was ${done} ${entry.accountId} with ${entry.amountMinor} minor units.`)
}

/** Not parameters: the planner takes the index of a kind only where it can see that nothing else is asked for. */
const IS_OF_KIND = {
  TOP_UP: sql`${balanceEntries.kind} = 'TOP_UP'`,
  REFUND: sql`${balanceEntries.kind} = 'REFUND'`,
} as const satisfies Record<EntryKind, unknown>
