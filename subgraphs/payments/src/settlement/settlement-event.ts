import type { NewJournalEvent } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { eventOf } from '../events.ts'
import type { SettlementCycle } from './cycle.ts'

/** Makes the event from what is told of every change of a cycle. */
export type Tell = (about: ReturnType<typeof aboutOf>) => ReturnType<typeof eventOf>

/** How others learn what happened to a cycle. */
export function settlementEvent(cycle: SettlementCycle, tell: Tell, { now, ...by }: Provenance): NewJournalEvent {
  const aggregate = { type: 'settlement', id: cycle.id }
  return { aggregate, version: cycle.version, ...tell(aboutOf(cycle, now)), ...by, occurredAt: now }
}

const aboutOf = ({ id, rail, currency, day, number, settlementDate }: SettlementCycle, now: Date) => ({
  cycleId: id,
  rail,
  currency,
  day,
  number,
  settlementDate,
  at: now.toISOString(),
})
