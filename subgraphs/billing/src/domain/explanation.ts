/** Why a decision came out as it did; the shape that the graph answers with. */
export type Explanation = {
  /** Stable name of the rule that decided. */
  readonly rule: string
  /** One sentence for people. */
  readonly summary: string
  /** What the rule looked at, each value as text. */
  readonly inputs: readonly { readonly name: string; readonly value: string }[]
  /** What would have changed the outcome. */
  readonly counterfactual: string
}
