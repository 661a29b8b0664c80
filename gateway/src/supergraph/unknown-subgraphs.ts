import { ConfigError } from '@carriergraph/shared/config.ts'
import type { LoadedSupergraph } from './load.ts'

/**
 * A URL for a subgraph that is not in the supergraph is for one whose name is misspelt, which would be looked for elsewhere.
 * Asked at start alone: what runs goes on when a supergraph without one of them is published.
 * @throws ConfigError
 */
export function refuseUnknownSubgraphs(
  configured: ReadonlyMap<string, unknown>,
  { subgraphUrls }: Pick<LoadedSupergraph, 'subgraphUrls'>,
): void {
  const unknown = [...configured.keys()].filter((name) => !subgraphUrls.has(name))
  if (unknown.length === 0) return
  const known = [...subgraphUrls.keys()].join(', ')
  throw new ConfigError([`SUBGRAPH_URLS: the supergraph has no ${unknown.join(', ')}, expected some of ${known}`])
}
