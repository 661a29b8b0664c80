import type { Actor } from '../auth/actor.ts'
import type { Clock } from '../clock.ts'

/** Who changes something, when, and on whose request: what the journal writes beside every event. */
export type Provenance = {
  /** A user's id or `svc:<name>`. */
  readonly actor: string
  readonly correlationId: string
  readonly now: Date
  /** The id of the event that made this happen. */
  readonly causationId?: string
}

/** The provenance of what a request changes. */
export function provenanceOf(context: {
  readonly actor: Actor
  readonly correlationId: string
  readonly clock: Clock
}): Provenance {
  const { actor, correlationId, clock } = context
  return { actor: actor.subject, correlationId, now: clock() }
}
