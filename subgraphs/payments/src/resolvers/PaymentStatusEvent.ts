import { present } from '@carriergraph/shared/loader.ts'
import type { PaymentStatusEventResolvers } from '../generated/resolvers.ts'

export const PaymentStatusEvent: PaymentStatusEventResolvers = {
  payment: async ({ paymentId }, _, { loaders }) => present(await loaders.payment.load(paymentId), paymentId),
}
