import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { Context } from '../../context.ts'
import type { Slice } from '../../db/slices.ts'
import type { Sla } from '../../domain/sla.ts'
import { checkOrder } from '../../domain/slice-order.ts'
import { createSlice as carryOut } from '../../flow/create-slice.ts'
import type { CreateSliceInput, MutationResolvers, NetworkErrorCode, SlaInput } from '../../generated/resolvers.ts'

export const createSlice: NonNullable<MutationResolvers['createSlice']> = async (_, { input }, context) => {
  const created = await create(input, context)
  return created.ok ? { slice: created.value, errors: [] } : { slice: null, errors: [payloadError(created)] }
}

async function create(input: CreateSliceInput, context: Context): Promise<Outcome<Slice, NetworkErrorCode>> {
  const ownerId = readId('usr', input.ownerId, ['ownerId'])
  if (!ownerId.ok) return ownerId
  const order = checkOrder({ ...input, ownerId: ownerId.value, sla: slaOf(input.sla) })
  return order.ok ? carryOut(context.db, order.value, provenanceOf(context)) : order
}

const slaOf = ({ latencyMsMax, jitterMsMax, packetLossRatioMax, downlinkBpsMin }: SlaInput): Sla => ({
  latencyMsMax: latencyMsMax ?? null,
  jitterMsMax: jitterMsMax ?? null,
  packetLossRatioMax: packetLossRatioMax ?? null,
  downlinkBpsMin: downlinkBpsMin ?? null,
})
