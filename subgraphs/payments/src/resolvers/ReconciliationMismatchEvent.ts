import { present } from '@carriergraph/shared/loader.ts'
import type { ReconciliationMismatchEventResolvers } from '../generated/resolvers.ts'

export const ReconciliationMismatchEvent: ReconciliationMismatchEventResolvers = {
  run: async ({ runId }, _, { loaders }) => present(await loaders.reconciliationRun.load(runId), runId),
}
