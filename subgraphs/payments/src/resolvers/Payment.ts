import { actsForOthers, maySee } from '@carriergraph/shared/authorize/ownership.ts'
import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { referred } from '@carriergraph/shared/loader.ts'
import { newestRefunds } from '../db/payment-lists.ts'
import { hasMoved, movedAmount } from '../domain/payment.ts'
import { instructionIdOf } from '../flow/instruction-of.ts'
import type { PaymentResolvers } from '../generated/resolvers.ts'

export const Payment: PaymentResolvers = {
  __resolveReference: async ({ id }, { loaders }) =>
    referred(await loaders.payment.load(parseId('pay', id)), 'PAYMENT_NOT_FOUND', id),
  instruction: (payment, _, { loaders }) =>
    payment.execution === null ? null : loaders.railInstruction.load(instructionIdOf(payment)),
  payer: ({ payerId }) => ({ id: payerId }),
  billingAccount: ({ billingAccountId }) => (billingAccountId === null ? null : { id: billingAccountId }),
  capturedAmount: (payment) => (hasMoved(payment.status) ? movedAmount(payment) : null),
  refundedAmount: ({ refundedMinor, amount }) => ({ minor: refundedMinor, currency: amount.currency }),
  original: ({ originalId }, _, { loaders }) => (originalId === null ? null : loaders.payment.load(originalId)),
  refunds: ({ id }, args, { loaders }) => loaders.refundsOfPayment.load(id, pageArgs(newestRefunds, args)),
  history: async ({ id }, _, { loaders }) => [...(await loaders.historyOfPayment.load(id))],
  unapplied: async ({ id }, _, { actor, loaders }) =>
    actsForOthers(actor) ? [...(await loaders.unappliedOf.load(id))] : null,

  async sourceAccount({ sourceAccountId }, _, { actor, loaders }) {
    const account = await loaders.ledgerAccount.load(sourceAccountId)
    if (account === null) throw new Error(`${sourceAccountId} is referred to and is not there.`)
    return maySee(actor, account.ownerId) ? account : null
  },
}
