import { readFile } from 'node:fs/promises'
import { Supergraph } from '@apollo/federation-internals'
import { type GraphQLSchema, parse, print } from 'graphql'
import { type AuthorizationMap, readAuthorizationMap } from '../authorize/authorization-map.ts'
import { type CacheHints, readCacheHints } from '../caching/cache-hints.ts'
import { type CostDirectives, readCostDirectives } from '../limits/cost-directives.ts'
import { type EventDependences, readEventDependences } from '../live/event-dependence.ts'
import { findAuthFeatures } from './auth-features.ts'
import { type PlannableSupergraph, plannableSupergraph } from './plannable.ts'
import { stripAuthFeatures } from './strip.ts'
import { SUPPORTED_FEATURES } from './supported-features.ts'

/** A supergraph ready to be served; everything that depends on the schema alone is derived once, here. */
export interface LoadedSupergraph {
  /** As it was composed. */
  readonly composedSdl: string
  /** The composed SDL without the authorisation specs, which `@apollo/gateway` refuses. */
  readonly sdl: string
  readonly supergraph: Supergraph
  /** What planners are given. */
  readonly plannable: PlannableSupergraph
  /** Every type and field, `@inaccessible` ones included; never shown to a client. */
  readonly supergraphSchema: GraphQLSchema
  /** What clients may ask for: nothing `@inaccessible`, no federation machinery. */
  readonly apiSchema: GraphQLSchema
  /** What the authorisation directives of the composed SDL demand. */
  readonly authorization: AuthorizationMap
  /** What its fields cost and how long its lists are, by the cost directives. */
  readonly costs: CostDirectives
  /** What its `@cacheControl` directives say. */
  readonly hints: CacheHints
  /** What its `@eventsDependOn` directives say. */
  readonly eventDependences: EventDependences
  /** Name of each subgraph -> the URL that the composed SDL gives it. */
  readonly subgraphUrls: ReadonlyMap<string, string>
}

/** Loads a composed Federation 2 supergraph. Throws when the SDL is not one. */
export function loadSupergraph(composedSdl: string): LoadedSupergraph {
  const composed = parse(composedSdl, { noLocation: true })
  const features = findAuthFeatures(composed)
  const stripped = stripAuthFeatures(composed, features)
  const sdl = print(stripped)
  const supergraph = Supergraph.build(sdl, { supportedFeatures: SUPPORTED_FEATURES })
  // Takes the subgraphs' schemas out of it and throws when they are not valid.
  supergraph.subgraphs()
  return {
    composedSdl,
    sdl,
    supergraph,
    plannable: plannableSupergraph(stripped),
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    apiSchema: supergraph.apiSchema().toGraphQLJSSchema(),
    authorization: readAuthorizationMap(composed, features),
    costs: readCostDirectives(supergraph),
    hints: readCacheHints(composed),
    eventDependences: readEventDependences(composed),
    subgraphUrls: new Map(supergraph.subgraphsMetadata().map(({ name, url }) => [name, url])),
  }
}

/** Reads a supergraph from disk; the error names the file. */
export async function loadSupergraphFile(path: string): Promise<LoadedSupergraph> {
  try {
    return loadSupergraph(await readFile(path, 'utf8'))
  } catch (error) {
    throw new Error(`cannot serve the supergraph in ${path}`, { cause: error })
  }
}
