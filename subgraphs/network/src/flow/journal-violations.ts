import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { APPEND_ROWS_MAX, appendToJournal, type NewJournalEvent } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { SlaViolation } from '../db/sla-violations.ts'
import { eventOf } from '../events.ts'

type Changes = { readonly opened: readonly SlaViolation[]; readonly closed: readonly SlaViolation[] }

/** Tells the journal which violations opened and closed, in the order of the samples that made them do so. */
export async function journalViolations(tx: Tx, changes: Changes, { now, ...by }: Provenance): Promise<void> {
  const told = [
    ...changes.opened.map((violation) => ({
      at: violation.openedAt,
      version: 1,
      ...openedEvent(violation),
      violation,
    })),
    ...changes.closed.flatMap((violation) => {
      const { closedAt } = violation
      return closedAt === null ? [] : [{ at: closedAt, version: 2, ...closedEvent(violation, closedAt), violation }]
    }),
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime())
  const events = told.map(
    ({ violation, version, type, data }): NewJournalEvent => ({
      aggregate: { type: 'sla_violation', id: violation.id },
      version,
      type,
      data,
      ...by,
      occurredAt: now,
    }),
  )
  // A thousand samples with four objectives can open and close a little more than that.
  for (let at = 0; at < events.length; at += APPEND_ROWS_MAX)
    await appendToJournal(tx, events.slice(at, at + APPEND_ROWS_MAX))
}

const openedEvent = (violation: SlaViolation) => eventOf('sla_violation.opened', dataOf(violation))

const closedEvent = (violation: SlaViolation, closedAt: Date) =>
  eventOf('sla_violation.closed', { ...dataOf(violation), closedAt: closedAt.toISOString() })

const dataOf = ({ id, sliceId, ownerId, metric, threshold, observed, severity, openedAt }: SlaViolation) => ({
  violationId: id,
  sliceId,
  ownerId,
  metric,
  threshold,
  observed,
  severity,
  openedAt: openedAt.toISOString(),
})
