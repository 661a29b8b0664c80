import { parseId } from '@carriergraph/shared/ids.ts'
import type { TransferResolvers } from '../generated/resolvers.ts'

export const Transfer: TransferResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.transfer.load(parseId('tfr', id)),
  debitAccount: ({ debitAccountId: id }, _, { loaders }) => (id === null ? null : loaders.ledgerAccount.load(id)),
  creditAccount: ({ creditAccountId: id }, _, { loaders }) => (id === null ? null : loaders.ledgerAccount.load(id)),
  subject: ({ subjectId: id }, _, { loaders }) => (id === null ? null : loaders.transfer.load(id)),
  resolution: ({ id }, _, { loaders }) => loaders.resolutionOfTransfer.load(id),
}
