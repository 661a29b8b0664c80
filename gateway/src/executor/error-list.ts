import type { GraphQLFormattedError } from 'graphql'
import { gatewayError } from '../errors/codes.ts'

/** The errors of one execution, of which the first ones are told. */
export interface ErrorList {
  readonly isEmpty: boolean
  /** @param error with the path that it has in the merged data */
  add(error: GraphQLFormattedError): void
  /** What the client is told: at most `errors_max` errors, and a last one that says how many more there are. */
  told(): readonly GraphQLFormattedError[]
}

/** @param clientKeys key in the merged data -> the one under which clients see it, where they differ */
export function createErrorList(clientKeys: ReadonlyMap<string, string>, errors_max: number): ErrorList {
  const listed: GraphQLFormattedError[] = []
  let omitted = 0

  function asClientsSee(error: GraphQLFormattedError): GraphQLFormattedError {
    if (clientKeys.size === 0 || error.path === undefined) return error
    return { ...error, path: error.path.map((key) => clientKeys.get(String(key)) ?? key) }
  }

  return {
    get isEmpty() {
      return listed.length === 0
    },
    add(error) {
      if (listed.length < errors_max) listed.push(asClientsSee(error))
      else omitted++
    },
    told() {
      if (omitted === 0) return listed
      const message = `${omitted} more errors are not listed.`
      return [...listed, gatewayError('ERRORS_OMITTED', { message, extensions: { omitted } }).toJSON()]
    },
  }
}
