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

type ItemEvent<Past extends string> = `reconciliation_item.${Past}`

/** Events that say why. */
export type ReasonedEvent = ItemEvent<
  'write_off_requested' | 'write_off_rejected' | 'dismissal_requested' | 'dismissal_rejected'
>
/** Events of what two people have decided. */
export type DecisionEvent = ItemEvent<'written_off' | 'dismissed'>

type DecisionStep = { readonly state: ItemState } & (
  | { readonly type: ReasonedEvent; readonly reason: string }
  | { readonly type: DecisionEvent; readonly requestedBy: string }
)

export async function journalDecision(
  tx: Tx,
  item: Fields,
  step: DecisionStep,
  { now, ...by }: Provenance,
): Promise<void> {
  const data = dataOf(item, step.state, now)
  const event =
    'reason' in step
      ? eventOf(step.type, { ...data, reason: step.reason })
      : eventOf(step.type, { ...data, requestedBy: step.requestedBy })
  await appendToJournal(tx, { ...next(item), ...event, ...by, occurredAt: now })
}
