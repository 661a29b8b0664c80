import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { parseCurrency } from '@carriergraph/shared/money/currency.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { openWallet as open } from '../../flow/open-wallet.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'

export const openWallet: NonNullable<MutationResolvers['openWallet']> = async (_, { input }, context) => {
  const provenance = provenanceOf(context)
  const ownerId = readId('usr', input.ownerId, ['ownerId'])
  const currency = parseCurrency(input.currency, provenance.now)
  if (!ownerId.ok || !currency.ok)
    return { wallet: null, errors: [ownerId, currency].flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])) }
  const wallet = { ownerId: ownerId.value, currency: currency.value }
  return { wallet: await open(context.db, wallet, provenance), errors: [] }
}
