import { present } from '@carriergraph/shared/loader.ts'
import type { SlaViolationEventResolvers } from '../generated/resolvers.ts'

export const SlaViolationEvent: SlaViolationEventResolvers = {
  violation: async ({ violationId }, _, { loaders }) => present(await loaders.violation.load(violationId), violationId),
}
