import { parseId } from '@carriergraph/shared/ids.ts'
import { present } from '@carriergraph/shared/loader.ts'
import type { SlaViolationResolvers } from '../generated/resolvers.ts'

export const SlaViolation: SlaViolationResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.violation.load(parseId('vio', id)),
  slice: async ({ sliceId }, _, { loaders }) => present(await loaders.slice.load(sliceId), sliceId),
  explanation: ({ explanation }) => ({ ...explanation, inputs: [...explanation.inputs] }),
}
