import { eventMoney } from '@carriergraph/shared/bus/event-fields.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { APPEND_ROWS_MAX, appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import type { Charge } from '../domain/charging.ts'
import { eventOf } from '../events.ts'
import { balanceAlerts } from './tables/balance-alerts.ts'

/** Writes the alerts that the charges raise, and tells them to the journal. No statement where there is none. */
export async function raiseAlerts(
  tx: Tx,
  charges: readonly Pick<Charge, 'account' | 'alerts'>[],
  { now, ...by }: Provenance,
): Promise<void> {
  const raised = charges.flatMap(({ account, alerts }) =>
    alerts.map(({ kind, line }) => ({
      account,
      alert: {
        id: newId('alt'),
        accountId: account.id,
        entrySequence: account.entrySequence,
        kind,
        balanceMinor: account.balanceMinor,
        creditLimitMinor: account.creditLimitMinor,
        thresholdMinor: line,
        raisedAt: now,
      },
    })),
  )
  if (raised.length === 0) return
  await tx.insert(balanceAlerts).values(raised.map(({ alert }) => alert))
  const events = raised.map(({ account, alert }) => ({
    aggregate: { type: 'balance_alert', id: alert.id },
    version: 1,
    ...eventOf('balance_alert.raised', {
      alertId: alert.id,
      accountId: alert.accountId,
      ownerId: account.ownerId,
      kind: alert.kind,
      balance: eventMoney(money(alert.balanceMinor, account.currency)),
      threshold: eventMoney(money(alert.thresholdMinor, account.currency)),
      raisedAt: now.toISOString(),
    }),
    ...by,
    occurredAt: now,
  }))
  // A batch raises two alerts an account at the most.
  for (let at = 0; at < events.length; at += APPEND_ROWS_MAX)
    await appendToJournal(tx, events.slice(at, at + APPEND_ROWS_MAX))
}
