import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { parseCurrency } from '@carriergraph/shared/money/currency.ts'
import { ok, refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { openOperatorAccount } from '../../flow/ledger-account-changes.ts'
import { openWallet } from '../../flow/open-wallet.ts'
import type { MutationResolvers, OpenLedgerAccountInput } from '../../generated/resolvers.ts'

export const openLedgerAccount: NonNullable<MutationResolvers['openLedgerAccount']> = async (_, { input }, context) => {
  const provenance = provenanceOf(context)
  const currency = parseCurrency(input.currency, provenance.now)
  const owner = ownerIn(input)
  if (!currency.ok || !owner.ok)
    return { account: null, errors: [currency, owner].flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])) }
  const account =
    input.purpose === 'WALLET' && owner.value !== null
      ? await openWallet(context.db, { ownerId: owner.value, currency: currency.value }, provenance)
      : input.purpose === 'WALLET'
        ? null
        : await openOperatorAccount(context.db, input.purpose, currency.value, provenance)
  return { account, errors: [] }
}

function ownerIn({ purpose, ownerId }: OpenLedgerAccountInput) {
  const field = ['ownerId']
  if ((purpose === 'WALLET') !== (ownerId != null))
    return refuse('OWNER_MISMATCH', 'A wallet needs an owner, and no other account has one.', field)
  return ownerId == null ? ok(null) : readId('usr', ownerId, field)
}
