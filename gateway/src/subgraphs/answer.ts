import type { GraphQLFormattedError } from 'graphql'
import { CallFailure } from './failure.ts'

export interface SubgraphResponse {
  readonly data?: Record<string, unknown> | null | undefined
  readonly errors?: readonly GraphQLFormattedError[] | undefined
}

/**
 * Reads a GraphQL answer, which may come with most statuses and under any content type. What is none, such as a proxy's
 * page or a redirect, is an outage; so is 503, by which a subgraph says that it is stopping.
 * @throws CallFailure
 */
export function readAnswer(status: number, text: string): SubgraphResponse {
  if (status === 503) throw new CallFailure('SERVICE_UNAVAILABLE', 'the subgraph answered 503')
  const answer = jsonOrUndefined(text)
  if (isResponse(answer)) return answer
  const reason = status >= 400 && status < 500 ? 'REFUSED' : 'NO_GRAPHQL_ANSWER'
  throw new CallFailure(reason, `the subgraph answered ${status} with no GraphQL response`)
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Only the members that are read here; what `data` holds is the executor's to judge. */
function isResponse(value: unknown): value is SubgraphResponse {
  if (!isObject(value)) return false
  const { data, errors } = value
  if (errors !== undefined && !(Array.isArray(errors) && errors.every(isFormattedError))) return false
  return data === undefined ? errors !== undefined : data === null || isObject(data)
}

const isFormattedError = (value: unknown): boolean => isObject(value) && typeof value.message === 'string'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
