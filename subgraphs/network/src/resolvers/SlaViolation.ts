import { parseId } from '@carriergraph/shared/ids.ts'
import type { SlaViolationResolvers } from '../generated/resolvers.ts'
import { present } from './present.ts'

export const SlaViolation: SlaViolationResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.violation.load(parseId('vio', id)),
  slice: async ({ sliceId }, _, { loaders }) => present(await loaders.slice.load(sliceId), sliceId),
  explanation: ({ explanation }) => ({ ...explanation, inputs: [...explanation.inputs] }),
}
