import type { Context } from '../context.ts'
import type { Provenance } from '../flow/provenance.ts'

export const provenanceOf = ({ actor, correlationId, clock }: Context): Provenance => ({
  actor: actor.subject,
  correlationId,
  now: clock(),
})
