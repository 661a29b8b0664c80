import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES } from '@apollo/federation-internals'

/**
 * What a supergraph may link for execution or for security: what Apollo's gateway supports, and contextual arguments. A
 * supergraph that links anything else is refused.
 */
export const SUPPORTED_FEATURES: Set<string> = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/context/v0.1',
])
