import { parseId } from '@carriergraph/shared/ids.ts'
import type { JournalEvent } from '@carriergraph/shared/journal/event.ts'
import { atLeast } from '../../domain/severity.ts'
import { published } from '../../events.ts'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import type { SlaViolationEventModel } from '../../models.ts'
import { onlyOwnerFor } from '../../policies.ts'

const OPENED = 'sla_violation.opened'

export const slaViolationDetected: NonNullable<SubscriptionResolvers['slaViolationDetected']> = {
  subscribe(_, { sliceId, minSeverity, after }, { actor, journal }) {
    const ownerId = onlyOwnerFor(actor)
    const wantedSlice = sliceId == null ? undefined : parseId('slc', sliceId)
    const severities = atLeast(minSeverity ?? 'MINOR')
    return journal.stream({
      tenant: actor.tenant,
      types: [OPENED],
      after,
      filter(event) {
        const violation = published[OPENED].parse(event.data)
        return (
          (ownerId === undefined || violation.ownerId === ownerId) &&
          (wantedSlice === undefined || violation.sliceId === wantedSlice) &&
          severities.includes(violation.severity)
        )
      },
    })
  },
  resolve: (event: JournalEvent): SlaViolationEventModel => ({
    cursor: event.cursor,
    occurredAt: event.occurredAt,
    violationId: parseId('vio', event.aggregate.id),
  }),
}
