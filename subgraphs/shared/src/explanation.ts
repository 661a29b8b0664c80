/** Why a decision came out as it did, in terms that a person can check; the shape that the graph answers with. */
export type Explanation = {
  /** Stable name of the rule that decided: `velocity.10m`. */
  readonly rule: string
  /** One sentence for people. */
  readonly summary: string
  /** What the rule looked at, each value as text. */
  readonly inputs: readonly ExplanationInput[]
  /** What would have changed the outcome. */
  readonly counterfactual: string
}

/** One value that a rule looked at; the name says its unit where it has one: `latency_ms`. */
export type ExplanationInput = { readonly name: string; readonly value: string }
