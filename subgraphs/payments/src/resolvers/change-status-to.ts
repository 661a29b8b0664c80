import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import type { AccountStatus } from '@carriergraph/shared/ledger/account.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { Context } from '../context.ts'
import { changeStatus } from '../flow/ledger-account-changes.ts'
import type { LedgerAccountStatusInput } from '../generated/resolvers.ts'
import { accountChangeIn } from './account-change.ts'

/** What freezeLedgerAccount, unfreezeLedgerAccount and closeLedgerAccount share. */
export async function changeStatusTo(status: AccountStatus, input: LedgerAccountStatusInput, context: Context) {
  const change = accountChangeIn(input)
  if ('errors' in change) return { account: null, errors: change.errors }
  const changed = await changeStatus(context.db, change, status, provenanceOf(context))
  return changed.ok ? { account: changed.value, errors: [] } : { account: null, errors: [payloadError(changed)] }
}
