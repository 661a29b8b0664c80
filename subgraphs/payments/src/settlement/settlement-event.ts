import type { NewJournalEvent } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { eventOf } from '../events.ts'
import type { SettlementCycle } from './cycle.ts'

type SettlementEvent = 'settlement.closed' | 'settlement.settled' | 'settlement.refused' | 'settlement.reversed'

/** How others learn what happened to a cycle. */
export function settlementEvent(
  type: SettlementEvent,
  cycle: SettlementCycle,
  { now, ...by }: Provenance,
): NewJournalEvent {
  const { id, rail, currency, day, number, settlementDate, version, refusal } = cycle
  const about = { cycleId: id, rail, currency, day, number, settlementDate, at: now.toISOString() }
  const event =
    type === 'settlement.refused'
      ? eventOf(type, { ...about, refusalCode: refusal?.code ?? '', accountId: refusal?.accountId ?? null })
      : eventOf(type, about)
  return { aggregate: { type: 'settlement', id }, version, ...event, ...by, occurredAt: now }
}
