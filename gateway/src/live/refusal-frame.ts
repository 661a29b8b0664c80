import type { GraphQLFormattedError } from 'graphql'
import { isMasked } from '../errors/present.ts'
import type { UpstreamEvent } from './upstream-subscriber.ts'

/**
 * Many servers refuse a subscription, and report that its source broke, in a frame without data that they then
 * `complete`, instead of by an `error`. An event that failed looks alike, but its errors lie below the root field,
 * where those of a refusal, which is the first frame of a stream, lie at it or nowhere.
 */
export function refusalIn(
  { data, errors }: UpstreamEvent,
  isFirst: boolean,
): readonly GraphQLFormattedError[] | undefined {
  if (errors === undefined || errors.length === 0 || (data ?? null) !== null) return undefined
  const depth_max = isFirst ? 1 : 0
  return errors.every(({ path }) => (path?.length ?? 0) <= depth_max) ? errors : undefined
}

/** How a subgraph that is up says that it, or what it stands on, is not; a restart of its own begins with the first. */
export const isOutage = (errors: readonly GraphQLFormattedError[]): boolean =>
  errors.every((error) => error.extensions?.code === 'SERVICE_UNAVAILABLE' || isMasked(error))
