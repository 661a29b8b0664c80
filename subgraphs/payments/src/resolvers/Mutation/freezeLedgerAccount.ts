import type { MutationResolvers } from '../../generated/resolvers.ts'
import { changeStatusTo } from '../change-status-to.ts'

export const freezeLedgerAccount: NonNullable<MutationResolvers['freezeLedgerAccount']> = (_, { input }, context) =>
  changeStatusTo('FROZEN', input, context)
