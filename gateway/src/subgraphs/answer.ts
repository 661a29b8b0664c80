import type { GraphQLFormattedError } from 'graphql'
import { CallFailure } from './failure.ts'

/** An answer as it came, over whichever transport. */
export interface AnswerText {
  readonly status: number
  readonly text: string
}

export interface SubgraphResponse {
  readonly data?: Record<string, unknown> | null | undefined
  readonly errors?: readonly GraphQLFormattedError[] | undefined
  /** Instead of all else, where whoever asked read the text. */
  readonly verbatim?: VerbatimResponse | undefined
}

interface VerbatimResponse {
  readonly texts: Record<string, unknown>
  readonly digest: string
  readonly values: () => SubgraphResponse
}

/** How whoever asks wants to read the answer. */
export interface Reading {
  /** Of the body, by `digestOf`. */
  readonly digest: string
  /** Reads the text of an answer in a way of its own; undefined where it is not as expected. */
  readonly read?: ((text: string) => Record<string, unknown> | undefined) | undefined
}

/**
 * Reads a GraphQL answer, which may come with most statuses and under any content type. What is none, such as a proxy's
 * page or a redirect, is an outage; so is 503, by which a subgraph says that it is stopping.
 * @param reading what it understands is an answer
 * @throws CallFailure
 */
export function readAnswer({ status, text }: AnswerText, reading?: Reading): SubgraphResponse {
  if (status === 503) throw new CallFailure('SERVICE_UNAVAILABLE', 'the subgraph answered 503')
  const texts = reading?.read?.(text)
  if (reading !== undefined && texts !== undefined)
    return { verbatim: { texts, digest: reading.digest, values: () => readAnswer({ status, text }) } }
  const answer = responseOf(jsonOrUndefined(text))
  // Whoever has no data must say why; without a reason, clients would find nulls that nobody told them of.
  if (answer?.data) return answer
  if (answer?.errors?.length) return INVALID_REQUEST.has(status) ? { errors: answer.errors.map(asInvalid) } : answer
  const reason = status >= 400 && status < 500 ? 'REFUSED' : 'NO_GRAPHQL_ANSWER'
  throw new CallFailure(reason, `the subgraph answered ${status} with no GraphQL response`)
}

/** By which GraphQL over HTTP, and servers from before it, say that a document or its variables are not valid. */
const INVALID_REQUEST: ReadonlySet<number> = new Set([400, 422])

/** Servers that know no codes say by the status alone that it is not they who fail. */
const asInvalid = (error: GraphQLFormattedError): GraphQLFormattedError =>
  error.extensions?.code === undefined
    ? { ...error, extensions: { ...error.extensions, code: 'GRAPHQL_VALIDATION_FAILED' } }
    : error

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * What is read here of a GraphQL response; undefined where it is none. What `data` holds is the executor's to judge.
 */
export function responseOf(value: unknown): SubgraphResponse | undefined {
  if (!isObject(value)) return undefined
  const { data } = value
  if (!isData(data)) return undefined
  // There are servers that say null where they have no errors.
  const errors = value.errors ?? undefined
  if (errors !== undefined && !(Array.isArray(errors) && errors.every(isError))) return undefined
  return data === undefined && errors === undefined ? undefined : { data, errors: errors?.map(readError) }
}

const isData = (value: unknown): value is SubgraphResponse['data'] =>
  value === undefined || value === null || isObject(value)

const isError = (value: unknown): value is { readonly message: string } & Record<string, unknown> =>
  isObject(value) && typeof value.message === 'string'

/** A path or extensions that are none are left out: they must not cost the client what other subgraphs answered. */
const readError = ({ message, path, extensions }: Record<string, unknown> & { readonly message: string }) => ({
  message,
  ...(isPath(path) && { path }),
  ...(isObject(extensions) && { extensions }),
})

const isPath = (value: unknown): value is readonly (string | number)[] =>
  Array.isArray(value) && value.every((key) => typeof key === 'string' || Number.isInteger(key))

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
