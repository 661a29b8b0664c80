import { eventMoney } from '@carriergraph/shared/bus/event-fields.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { APPEND_ROWS_MAX, appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { eventOf } from '../events.ts'
import type { ReconciliationItem } from './item.ts'
import type { ItemState, Resolution } from './item-states.ts'

type Fields = Pick<ReconciliationItem, 'id' | 'account' | 'status' | 'currency' | 'differenceMinor' | 'version'>

const dataOf = (item: Fields, state: ItemState, now: Date) => ({
  itemId: item.id,
  account: item.account,
  status: item.status,
  state,
  difference: eventMoney(money(item.differenceMinor, item.currency)),
  at: now.toISOString(),
})

/** `version` of an item is the one before the change. */
const next = (item: Fields) => ({ aggregate: { type: 'reconciliation_item', id: item.id }, version: item.version + 1 })

export async function journalResolved(
  tx: Tx,
  resolved: readonly { readonly item: Fields; readonly resolution: Resolution }[],
  { now, ...by }: Provenance,
): Promise<void> {
  const events = resolved.map(({ item, resolution }) => ({
    ...next(item),
    ...eventOf('reconciliation_item.resolved', { ...dataOf(item, 'RESOLVED', now), resolution }),
    ...by,
    occurredAt: now,
  }))
  for (let at = 0; at < events.length; at += APPEND_ROWS_MAX)
    await appendToJournal(tx, events.slice(at, at + APPEND_ROWS_MAX))
}

type WriteOffStep =
  | { readonly type: 'reconciliation_item.write_off_requested'; readonly reason: string }
  | { readonly type: 'reconciliation_item.write_off_rejected'; readonly reason: string }
  | { readonly type: 'reconciliation_item.written_off'; readonly requestedBy: string }

export async function journalWriteOff(
  tx: Tx,
  item: Fields,
  step: WriteOffStep,
  { now, ...by }: Provenance,
): Promise<void> {
  await appendToJournal(tx, { ...next(item), ...writeOffEvent(item, step, now), ...by, occurredAt: now })
}

function writeOffEvent(item: Fields, step: WriteOffStep, now: Date) {
  switch (step.type) {
    case 'reconciliation_item.write_off_requested':
      return eventOf(step.type, { ...dataOf(item, 'WRITE_OFF_REQUESTED', now), reason: step.reason })
    case 'reconciliation_item.write_off_rejected':
      return eventOf(step.type, { ...dataOf(item, 'OPEN', now), reason: step.reason })
    case 'reconciliation_item.written_off':
      return eventOf(step.type, { ...dataOf(item, 'WRITTEN_OFF', now), requestedBy: step.requestedBy })
  }
}
