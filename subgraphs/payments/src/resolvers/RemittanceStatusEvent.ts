import { present } from '@carriergraph/shared/loader.ts'
import type { RemittanceStatusEventResolvers } from '../generated/resolvers.ts'

export const RemittanceStatusEvent: RemittanceStatusEventResolvers = {
  remittance: async ({ remittanceId }, _, { loaders }) =>
    present(await loaders.remittance.load(remittanceId), remittanceId),
}
