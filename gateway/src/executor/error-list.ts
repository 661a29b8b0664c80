import type { GraphQLFormattedError } from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import type { ErrorPath } from './place.ts'

/** The errors of one execution, of which the first ones are told. */
export interface ErrorList {
  /** Whether no more are listed. */
  readonly isFull: boolean
  /** @param error with the path that it has in the merged data */
  add(error: GraphQLFormattedError): void
  /** Whether a listed error says why there is null at this path, as clients see it: one that is there, above or below it. */
  explain(path: ErrorPath): boolean
  /** What the client is told: at most `errors_max` errors, and a last one that says how many more there are. */
  told(): readonly GraphQLFormattedError[]
}

/** @param clientKeys key in the merged data -> the one under which clients see it, where they differ */
export function createErrorList(clientKeys: ReadonlyMap<string, string>, errors_max: number): ErrorList {
  const listed: GraphQLFormattedError[] = []
  let omitted = 0
  let places: Places | undefined

  function asClientsSee(error: GraphQLFormattedError): GraphQLFormattedError {
    if (clientKeys.size === 0 || error.path === undefined) return error
    return { ...error, path: error.path.map((key) => clientKeys.get(String(key)) ?? key) }
  }

  return {
    get isFull() {
      return listed.length >= errors_max
    },
    add(error) {
      if (listed.length < errors_max) listed.push(asClientsSee(error))
      else omitted++
    },
    explain(path) {
      if (listed.length === 0) return false
      if (places?.count !== listed.length) places = placesOf(listed)
      const { own, above } = places
      const isBelow = path.some((_, index) => own.has(textOf(path.slice(0, index))))
      return isBelow || own.has(textOf(path)) || above.has(textOf(path))
    },
    told() {
      if (omitted === 0) return listed
      const message = `${omitted} more errors are not listed.`
      return [...listed, gatewayError('ERRORS_OMITTED', { message, extensions: { omitted } }).toJSON()]
    },
  }
}

/** Where errors are, so that each of many nulls is looked for at once. */
interface Places {
  /** Errors that it was made of. */
  readonly count: number
  readonly own: ReadonlySet<string>
  /** All that an error is in. */
  readonly above: ReadonlySet<string>
}

function placesOf(errors: readonly GraphQLFormattedError[]): Places {
  const paths = errors.map(({ path = [] }) => path)
  const above = paths.flatMap((path) => path.map((_, index) => textOf(path.slice(0, index))))
  return { count: errors.length, own: new Set(paths.map(textOf)), above: new Set(above) }
}

/** No key has a point in it. */
const textOf = (path: ErrorPath): string => path.join('.')
