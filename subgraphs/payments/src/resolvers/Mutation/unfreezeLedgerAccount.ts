import type { MutationResolvers } from '../../generated/resolvers.ts'
import { changeStatusTo } from '../change-status-to.ts'

export const unfreezeLedgerAccount: NonNullable<MutationResolvers['unfreezeLedgerAccount']> = (_, { input }, context) =>
  changeStatusTo('ACTIVE', input, context)
