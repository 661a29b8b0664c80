import { perTenant } from '@carriergraph/shared/db/per-database.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { type AutoResolveCode, type AutoResolved, autoResolve as resolve } from '../../reconciliation/auto-resolve.ts'
import { accountCall } from '../account-call.ts'
import { bankAccountIn } from '../bank-account.ts'
import { LongCalls } from '../long-calls.ts'

const NONE = { lateCounterparts: null, feesWithinDeclared: null, alreadyTold: null }

const callsOf = perTenant(() => new LongCalls<AutoResolved, AutoResolveCode>())

export const autoResolve: NonNullable<MutationResolvers['autoResolve']> = async (_, { input }, context) => {
  const { db, actor } = context
  const account = bankAccountIn(input.account)
  if (!account.ok) return { ...NONE, errors: [payloadError(account)] }
  const resolved = await callsOf(db).answer(
    await accountCall(db, actor.subject, { account: account.value }),
    () => resolve(db, account.value, provenanceOf(context)),
    context,
  )
  return resolved.ok ? { ...resolved.value, errors: [] } : { ...NONE, errors: [payloadError(resolved)] }
}
