/** Where a change comes from, for the journal. */
export type Provenance = {
  /** Id of the user or service. */
  readonly actor: string
  readonly correlationId: string
  readonly now: Date
}
