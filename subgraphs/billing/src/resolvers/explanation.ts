import type { Explanation } from '@carriergraph/shared/explanation.ts'
import type { Explanation as GraphExplanation } from '../generated/resolvers.ts'

/** The generated type has lists that may be changed; the domain's may not. */
export const explanationOf = (explanation: Explanation): GraphExplanation => ({
  ...explanation,
  inputs: [...explanation.inputs],
})
