import { expect, it } from 'vitest'
import { published } from '../events.ts'
import { WEBHOOK_EVENT_TYPES } from './event-types.ts'

it('every event of the journal may either be sent, or is named as one that may not', () => {
  const kept = [
    ...['card.revealed', 'card.reveal_failed', 'data_key.made', 'fx_rates.imported', 'statement_import.completed'],
    ...['ledger_account.closed', 'ledger_account.frozen', 'ledger_account.limit_changed', 'ledger_account.opened'],
    ...['ledger_account.unfrozen', 'reconciliation_item.resolved', 'reconciliation_item.write_off_rejected'],
    ...['reconciliation_item.write_off_requested', 'reconciliation_item.written_off', 'reconciliation_run.completed'],
    ...['dismissal_rejected', 'dismissal_requested', 'dismissed'].map((what) => `reconciliation_item.${what}`),
    ...['reconciliation_run.mismatched', 'settlement.closed', 'settlement.refused', 'settlement.reversed'],
    'settlement.settled',
    ...['settlement.reversal_approved', 'settlement.reversal_rejected', 'settlement.reversal_requested'],
    'settlement.resumed',
    ...['recorded', 'resolution_approved', 'resolution_refused', 'resolution_rejected', 'resolution_requested'].map(
      (what) => `unapplied_money.${what}`,
    ),
    ...['unapplied_money.resolved', 'unapplied_money.returned'],
  ]
  const own = Object.keys(published).filter((type) => type.startsWith('webhook_'))
  expect([...WEBHOOK_EVENT_TYPES, ...kept, ...own].toSorted()).toEqual(Object.keys(published).toSorted())
})
