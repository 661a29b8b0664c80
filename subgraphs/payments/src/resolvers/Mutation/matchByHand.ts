import { type Id, readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { CASES_MAX, matchByHand as match } from '../../reconciliation/match-by-hand.ts'

export const matchByHand: NonNullable<MutationResolvers['matchByHand']> = async (_, { input }, context) => {
  const caseIds = readIds('rci', input.caseIds, { field: 'caseIds', least: 1 })
  const movementIds = readIds('exm', input.expectedMovementIds ?? [], { field: 'expectedMovementIds', least: 0 })
  if (!caseIds.ok || !movementIds.ok)
    return { item: null, errors: [caseIds, movementIds].flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])) }
  const wanted = { caseIds: caseIds.value, movementIds: movementIds.value }
  const matched = await match(context.db, wanted, provenanceOf(context))
  if (!matched.ok) return { item: null, errors: [payloadError(matched)] }
  return { item: await context.loaders.reconciliationItem.load(matched.value), errors: [] }
}

/** The first that is none is the fault. */
function readIds<P extends string>(
  prefix: P,
  texts: readonly string[],
  { field, least }: { field: string; least: number },
): Outcome<Id<P>[], 'INVALID_ID' | 'INVALID_VALUE'> {
  if (texts.length < least || texts.length > CASES_MAX)
    return refuse('INVALID_VALUE', `Name ${least} to ${CASES_MAX}, not ${texts.length}.`, [field])
  const ids: Id<P>[] = []
  for (const [place, text] of texts.entries()) {
    const id = readId(prefix, text, [field, String(place)])
    if (!id.ok) return id
    ids.push(id.value)
  }
  return ok(ids)
}
