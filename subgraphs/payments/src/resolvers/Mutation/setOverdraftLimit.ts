import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { ok } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { changeFloor } from '../../flow/ledger-account-changes.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { accountChangeIn } from '../account-change.ts'
import { moneyIn } from '../input-fields.ts'

export const setOverdraftLimit: NonNullable<MutationResolvers['setOverdraftLimit']> = async (_, { input }, context) => {
  const provenance = provenanceOf(context)
  const change = accountChangeIn(input)
  const limit = input.limit == null ? ok(null) : moneyIn(input.limit, ['limit'])
  if ('errors' in change || !limit.ok) {
    const ofChange = 'errors' in change ? change.errors : []
    return { account: null, errors: [...ofChange, ...(limit.ok ? [] : [payloadError(limit)])] }
  }
  const floor = limit.value && money(-limit.value.minor, limit.value.currency)
  const changed = await changeFloor(context.db, change, floor, provenance)
  return changed.ok ? { account: changed.value, errors: [] } : { account: null, errors: [payloadError(changed)] }
}
