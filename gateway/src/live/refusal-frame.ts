import type { GraphQLFormattedError } from 'graphql'
import { isMasked } from '../errors/present.ts'
import type { UpstreamEvent } from './upstream-subscriber.ts'

/**
 * Many servers refuse a subscription, and report that its source broke, in a frame without data that they then
 * `complete`, instead of by an `error`. An event that failed looks alike, but its errors lie at or below the root field,
 * where those of a broken source lie nowhere. Those of a refusal, which is the first frame of a stream, may lie at the
 * root field, too: without `data`, as GraphQL has it, such a frame is a refusal, and `mayRefuse` tells of the others.
 */
export function refusalIn(
  { data, errors }: UpstreamEvent,
  isFirst: boolean,
): readonly GraphQLFormattedError[] | undefined {
  if (errors === undefined || (data ?? null) !== null) return undefined
  return hasErrorsUpTo(isFirst && data === undefined ? 1 : 0, errors) ? errors : undefined
}

/**
 * Whether a first frame that is no refusal by itself is one if nothing but `complete` follows: servers that say `data: null` of
 * what they refuse write it as an event that failed at its root field.
 */
export const mayRefuse = ({ data, errors = [] }: UpstreamEvent): boolean => data === null && hasErrorsUpTo(1, errors)

const hasErrorsUpTo = (depth_max: number, errors: readonly GraphQLFormattedError[]): boolean =>
  errors.length > 0 && errors.every(({ path }) => (path?.length ?? 0) <= depth_max)

/** How a subgraph that is up says that it, or what it stands on, is not; a restart of its own begins with the first. */
export const isOutage = (errors: readonly GraphQLFormattedError[]): boolean =>
  errors.every((error) => error.extensions?.code === 'SERVICE_UNAVAILABLE' || isMasked(error))
