import type { Context } from '../context.ts'
import type { Provenance } from '../flow/provenance.ts'

/** Who asks for a change, when, and in which request. */
export const provenanceOf = ({ actor, clock, correlationId }: Context): Provenance => ({
  actor: actor.subject,
  correlationId,
  now: clock(),
})
