import { hash } from 'node:crypto'
import { identityOf } from '../../identity.ts'
import type { RequestContext } from '../../request-context.ts'
import { claimsDependedOn, type EventDependence } from '../event-dependence.ts'

/**
 * Everything that a subgraph may make its answer depend on, besides the operation. Those for whom it is the same see the
 * same, and may share a stream.
 */
export interface Sharing {
  /** As the client sent them, without the one that says where to start. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly context: RequestContext
  /** A stream that cannot be opened again under another token is shared only under one and the same. */
  readonly isBoundToToken: boolean
}

export function sharingKey({ variables, context, isBoundToToken }: Sharing): string {
  const { authorization } = context
  return keyOf(variables, context, isBoundToToken ? authorization : identityOf(authorization))
}

/** The same for the events alone, of which is known on which claims they depend; undefined when it is on all of them. */
export function eventSharingKey(
  variables: Sharing['variables'],
  context: RequestContext,
  dependence: EventDependence,
): string | undefined {
  const claims = claimsDependedOn(dependence, identityOf(context.authorization))
  return claims && `events ${keyOf(variables, context, claims)}`
}

const keyOf = (variables: Sharing['variables'], { forwarded = [] }: RequestContext, caller: unknown): string =>
  hash('sha256', canonicalJson([variables, caller ?? null, forwarded]), 'base64')

/** JSON in which the order of an object's keys does not show. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
