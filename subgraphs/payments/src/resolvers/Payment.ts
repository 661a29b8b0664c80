import { parseId } from '@carriergraph/shared/ids.ts'
import type { PaymentResolvers } from '../generated/resolvers.ts'

export const Payment: PaymentResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.payment.load(parseId('pay', id)),
  payer: ({ payerId }) => ({ id: payerId }),
  billingAccount: ({ billingAccountId }) => ({ id: billingAccountId }),
  history: async ({ id }, _, { loaders }) => [...(await loaders.historyOfPayment.load(id))],

  async sourceAccount({ sourceAccountId }, _, { loaders }) {
    const account = await loaders.ledgerAccount.load(sourceAccountId)
    if (account === null) throw new Error(`${sourceAccountId} is referred to and is not there.`)
    return account
  },
}
