/** Who changes something, when, and on whose request: what the journal writes beside every event. */
export type Provenance = {
  /** A user's id or `svc:<name>`. */
  readonly actor: string
  readonly correlationId: string
  readonly now: Date
}
