import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import { maySee } from '@carriergraph/shared/authorize/ownership.ts'
import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { ok, refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { AddCardInput, CardError, MutationResolvers } from '../../generated/resolvers.ts'
import type { CardToAdd } from '../../vault/add-card.ts'
import { parseCardNumber } from '../../vault/card-number.ts'
import { parseExpiry } from '../../vault/expiry.ts'
import { checkSecurityCode } from '../../vault/security-code.ts'

export const addCard: NonNullable<MutationResolvers['addCard']> = async (_, { input }, context) => {
  const { actor, clock, db, vault } = context
  const parsed = parse(input, actor, clock())
  if ('errors' in parsed) return { card: null, errors: parsed.errors }
  const added = await vault.add({ tenant: actor.tenant, db }, parsed, provenanceOf(context))
  return added.ok ? { card: added.value, errors: [] } : { card: null, errors: [payloadError(added)] }
}

/** All faults of the input at once, in the order of its fields. The security code ends here. */
function parse(input: AddCardInput, actor: Actor, now: Date): CardToAdd | { readonly errors: CardError[] } {
  const ownerId = readOwner(input.ownerId, actor)
  const number = parseCardNumber(input.number, ['number'])
  const expiry = parseExpiry({ month: input.expiryMonth, year: input.expiryYear }, now)
  const code =
    input.securityCode == null || !number.ok
      ? ok(undefined)
      : checkSecurityCode(input.securityCode, number.value.brand, ['securityCode'])
  if (ownerId.ok && number.ok && expiry.ok && code.ok)
    return { ownerId: ownerId.value, number: number.value, expiry: expiry.value }
  return { errors: [ownerId, number, expiry, code].flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])) }
}

function readOwner(text: string, actor: Actor) {
  const ownerId = readId('usr', text, ['ownerId'])
  if (!ownerId.ok || maySee(actor, ownerId.value)) return ownerId
  return refuse('OWNER_MISMATCH', 'Customers add their own cards only.', ['ownerId'])
}
