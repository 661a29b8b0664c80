import { readId } from '@carriergraph/shared/ids.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { AccountChange } from '../flow/ledger-account-changes.ts'
import type { LedgerAccountStatusInput, LedgerError } from '../generated/resolvers.ts'
import { textIn } from './input-fields.ts'

/** A sentence or two, for whoever reads the journal. */
const REASON_LENGTH_MAX = 200

/** The account and the reason of a change, or all that is wrong with them. */
export function accountChangeIn({
  accountId,
  reason,
}: LedgerAccountStatusInput): AccountChange | { readonly errors: LedgerError[] } {
  const id = readId('led', accountId, ['accountId'])
  const read = textIn(reason, 'A reason', REASON_LENGTH_MAX, 'reason')
  if (id.ok && read.ok) return { accountId: id.value, reason: read.value }
  return { errors: [id, read].flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])) }
}
