/** Who changes something, when, and on whose request: what the journal writes beside every event. */
export type Provenance = {
  readonly now: Date
  /** A user's id or `svc:<name>`. */
  readonly actor: string
  readonly correlationId: string
  /** The id of the event that made this happen. */
  readonly causationId?: string
}
