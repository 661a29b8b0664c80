import type { Context } from '../context.ts'
import type { Provenance } from '../db/provenance.ts'

/** Who asks for a change, when, and in which request. */
export const provenanceOf = ({ actor, clock, correlationId }: Context): Provenance => ({
  now: clock(),
  actor: actor.subject,
  correlationId,
})
