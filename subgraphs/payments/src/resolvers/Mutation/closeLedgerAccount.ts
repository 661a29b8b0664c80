import type { MutationResolvers } from '../../generated/resolvers.ts'
import { changeStatusTo } from '../change-status-to.ts'

export const closeLedgerAccount: NonNullable<MutationResolvers['closeLedgerAccount']> = (_, { input }, context) =>
  changeStatusTo('CLOSED', input, context)
