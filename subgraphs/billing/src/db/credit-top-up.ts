import { eventMoney } from '@carriergraph/shared/bus/event-fields.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Money, money } from '@carriergraph/shared/money/money.ts'
import { and, eq, sql } from 'drizzle-orm'
import { eventOf } from '../events.ts'
import type { BillingAccount } from './billing-accounts.ts'
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
export async function creditTopUp(tx: Tx, topUp: TopUp, { now, ...by }: Provenance): Promise<void> {
  const { paymentId, accountId, amount } = topUp
  const account = await lockAccount(tx, accountId)
  // First, because an entry has no currency of its own to compare with.
  if (account.currency !== amount.currency)
    throw new Error(`Payment ${paymentId} is in ${amount.currency}, account ${accountId} in ${account.currency}.`)
  if (await wasCredited(tx, topUp)) return
  const balance = money(account.balanceMinor + amount.minor, account.currency)
  const sequence = account.entrySequence + 1n
  const version = account.version + 1
  await tx.insert(balanceEntries).values({
    accountId,
    sequence,
    kind: 'TOP_UP',
    amountMinor: amount.minor,
    balanceAfterMinor: balance.minor,
    reference: paymentId,
    recordedAt: now,
  })
  await tx
    .update(billingAccounts)
    .set({ balanceMinor: balance.minor, entrySequence: sequence, version })
    .where(eq(billingAccounts.id, accountId))
  await appendToJournal(tx, {
    aggregate: { type: 'account', id: accountId },
    version,
    ...eventOf('account.credited', {
      accountId,
      paymentId,
      amount: eventMoney(amount),
      balanceAfter: eventMoney(balance),
    }),
    ...by,
    occurredAt: now,
  })
}

async function lockAccount(tx: Tx, id: Id<'acc'>): Promise<BillingAccount> {
  const [account] = await tx.select().from(billingAccounts).where(eq(billingAccounts.id, id)).for('no key update')
  if (account === undefined) throw new Error(`There is no account ${id}.`)
  return account
}

async function wasCredited(tx: Tx, { paymentId, accountId, amount }: TopUp): Promise<boolean> {
  const [entry] = await tx
    .select({ accountId: balanceEntries.accountId, amountMinor: balanceEntries.amountMinor })
    .from(balanceEntries)
    .where(and(IS_TOP_UP, eq(balanceEntries.reference, paymentId)))
  if (entry === undefined) return false
  if (entry.accountId === accountId && entry.amountMinor === amount.minor) return true
  throw new Error(`Payment ${paymentId} was credited to ${entry.accountId} with ${entry.amountMinor} minor units.`)
}

/** Not a parameter: the planner takes the index of top-ups only where it can see that nothing else is asked for. */
const IS_TOP_UP = sql`${balanceEntries.kind} = 'TOP_UP'`
