import { readId } from '@carriergraph/shared/ids.ts'
import { refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { AccountChange } from '../flow/ledger-account-changes.ts'
import type { LedgerAccountStatusInput, LedgerError } from '../generated/resolvers.ts'

/** A sentence or two, for whoever reads the journal. */
const REASON_LENGTH_MAX = 200

/** The account and the reason of a change, or all that is wrong with them. */
export function accountChangeIn({
  accountId,
  reason,
}: LedgerAccountStatusInput): AccountChange | { readonly errors: LedgerError[] } {
  const id = readId('led', accountId, ['accountId'])
  const errors: LedgerError[] = id.ok ? [] : [payloadError(id)]
  if (!isPrintableText(reason, REASON_LENGTH_MAX)) {
    const message = `A reason has 1 to ${REASON_LENGTH_MAX} printable characters.`
    errors.push(payloadError(refuse('INVALID_VALUE', message, ['reason'])))
  }
  return id.ok && errors.length === 0 ? { accountId: id.value, reason } : { errors }
}
