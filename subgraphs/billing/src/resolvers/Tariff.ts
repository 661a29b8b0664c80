import { parseId } from '@carriergraph/shared/ids.ts'
import type { TariffResolvers } from '../generated/resolvers.ts'

export const Tariff: TariffResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.tariff.load(parseId('trf', id)),
  rates: async ({ id }, _, { loaders }) => [...(await loaders.ratesOfTariff.load(id))],
}
