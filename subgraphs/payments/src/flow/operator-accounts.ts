import { correlationId } from '@carriergraph/shared/correlation.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { ensureOperatorAccounts, type LedgerAccount, type OperatorPurpose } from '../db/ledger-accounts.ts'
import { eventOf } from '../events.ts'
import { SETTLING_ACTOR } from './change-payment.ts'

/**
 * Opens those of the operator's accounts in a currency that are missing, each with its event: one that is removed before its
 * first entry is missed by that alone (`pnpm ledger:verify`).
 * @param purposes those that every currency with a wallet has, unless given
 * @returns those that are new
 */
export async function openMissingAccounts(
  tx: Tx,
  currency: CurrencyCode,
  { now, ...by }: Provenance,
  purposes?: readonly OperatorPurpose[],
): Promise<LedgerAccount[]> {
  const opened = await ensureOperatorAccounts(tx, currency, now, purposes)
  const events = opened.map(({ id, purpose }) => ({
    aggregate: { type: 'ledger_account', id },
    version: 1,
    ...eventOf('ledger_account.opened', { accountId: id, purpose, currency, at: now.toISOString() }),
    ...by,
    occurredAt: now,
  }))
  await appendToJournal(tx, events)
  return opened
}

/** Of what nobody asked for by name: it is opened because something needs it. */
export const whereNeeded = (now: Date): Provenance => ({
  actor: SETTLING_ACTOR,
  correlationId: correlationId() ?? 'accounts of the operator',
  now,
})
