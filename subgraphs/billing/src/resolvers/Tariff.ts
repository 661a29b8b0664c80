import { parseId } from '@carriergraph/shared/ids.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import type { TariffResolvers } from '../generated/resolvers.ts'

export const Tariff: TariffResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.tariff.load(parseId('trf', id)),
  async rates({ id }, _, { loaders }) {
    const rates = await loaders.ratesOfTariff.load(id)
    // The column fills every price up with zeros.
    return rates.map((rate) => ({ ...rate, pricePerBlock: new Decimal(rate.pricePerBlock).toFixed() }))
  },
}
