import type { SlaViolationEventResolvers } from '../generated/resolvers.ts'
import { present } from './present.ts'

export const SlaViolationEvent: SlaViolationEventResolvers = {
  violation: async ({ violationId }, _, { loaders }) => present(await loaders.violation.load(violationId), violationId),
}
