import { maySee } from '@carriergraph/shared/authorize/ownership.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import type { JournalEvent } from '@carriergraph/shared/journal/event.ts'
import { atLeast } from '../../domain/severity.ts'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import type { SlaViolationEventModel } from '../../models.ts'

export const slaViolationDetected: NonNullable<SubscriptionResolvers['slaViolationDetected']> = {
  subscribe(_, { sliceId, minSeverity, after }, { actor, journal }) {
    const wantedSlice = sliceId == null ? undefined : parseId('slc', sliceId)
    const severities = atLeast(minSeverity ?? 'MINOR')
    return journal.stream({
      tenant: actor.tenant,
      types: ['sla_violation.opened'],
      after,
      filter: ({ data }) =>
        maySee(actor, data.ownerId) &&
        (wantedSlice === undefined || data.sliceId === wantedSlice) &&
        severities.some((severity) => severity === data.severity),
    })
  },
  resolve: (event: JournalEvent): SlaViolationEventModel => ({
    cursor: event.cursor,
    occurredAt: event.occurredAt,
    violationId: parseId('vio', event.aggregate.id),
  }),
}
