import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import { leftMinor, type UnappliedCase } from '../domain/unapplied-case.ts'
import { suspenseIn } from '../flow/suspense-account.ts'
import { reopenCase } from './change.ts'

/** Under which the ledger is asked for what was approved. It decides an id once. */
export const resolutionTransferId = ({ id, attempt }: Pick<UnappliedCase, 'id' | 'attempt'>): Id<'tfr'> =>
  namedId('tfr', `resolution ${attempt} of ${id}`)

/** What a case says when nobody moves what was approved any more. */
export const WITHDRAWN = 'CANCELLED'

/**
 * Takes away from the ledger what was approved of a case, which the caller holds, because its money has gone back: the id of its
 * transfer is used up by one from suspense to itself, which is always refused. Whoever is about to post it, in whatever process,
 * is refused from then on, also where the caller's transaction does not come to its end. Where the ledger has decided on it
 * before, that stands, and is for whoever had asked.
 * @returns the case, open again or as it was
 */
export async function withdrawResolution(
  tx: Tx,
  ledger: Pick<Ledger, 'post'>,
  current: UnappliedCase,
  by: Provenance,
): Promise<UnappliedCase> {
  const { currency } = current.amount
  const suspenseId = await suspenseIn(tx, currency, by.now)
  const posted = await ledger.post({
    kind: 'SINGLE',
    id: resolutionTransferId(current),
    debitAccountId: suspenseId,
    creditAccountId: suspenseId,
    amountMinor: leftMinor(current),
    currency,
    reference: current.reference,
  })
  const isWithdrawn = !posted.ok && posted.code === 'ACCOUNTS_SAME'
  return isWithdrawn ? reopenCase(tx, current, WITHDRAWN, by) : current
}
