import { perTenant } from '@carriergraph/shared/db/per-database.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { type RunCode, type RunOutcome, runReconciliation as run } from '../../reconciliation/run-reconciliation.ts'
import { accountCall } from '../account-call.ts'
import { bankAccountIn } from '../bank-account.ts'
import { LongCalls } from '../long-calls.ts'

const callsOf = perTenant(() => new LongCalls<RunOutcome, RunCode>())

export const runReconciliation: NonNullable<MutationResolvers['runReconciliation']> = async (_, { input }, context) => {
  const { db, actor } = context
  const account = bankAccountIn(input.account)
  if (!account.ok) return { run: null, cases: null, errors: [payloadError(account)] }
  const asked = { account: account.value, day: input.day, timeZone: context.bankTimeZone }
  const ran = await callsOf(db).answer(
    await accountCall(db, actor.subject, asked),
    () => run(db, asked, provenanceOf(context)),
    context,
  )
  return ran.ok ? { ...ran.value, errors: [] } : { run: null, cases: null, errors: [payloadError(ran)] }
}
