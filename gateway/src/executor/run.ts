import type { GraphQLFormattedError } from 'graphql'
import type { ErrorList } from './error-list.ts'
import type { ErrorPath } from './place.ts'
import type { ResponseObject } from './response-object.ts'
import type { Read } from './verbatim/reader.ts'

/** What a subgraph answered. */
export interface SubgraphAnswer {
  readonly data?: ResponseObject | null | undefined
  readonly errors?: readonly GraphQLFormattedError[] | undefined
  /** Instead of all else, where the fetch's own `read` understood the answer. */
  readonly verbatim?: TextAnswer | undefined
}

/** An answer of which nothing was read but where its texts are. */
export interface TextAnswer {
  readonly texts: ResponseObject
  /** Of the request body that it answers, by `digestOf`. */
  readonly digest: string
  /** The same answer, read as any other. */
  readonly values: () => SubgraphAnswer
}

/** A request of a compiled plan; the same object each time that it is made, so that more can be compiled for it. */
export interface PlannedFetch {
  readonly kind: 'query' | 'mutation'
  /** The text that is sent. */
  readonly operation: string
  /** Whether it asks about entities, and not for root fields. */
  readonly isOfEntities: boolean
  /** Where that is in the merged data, up to the first list: a place for each fetch that shares the request. */
  readonly paths: readonly ErrorPath[]
  /** Reads the texts of an answer, if it can. */
  readonly read?: Read | undefined
}

/**
 * Sends a request body, the JSON of a GraphQL request, to a subgraph. Only a query may be sent again when it failed.
 * @throws GraphQLError that says which subgraph did not answer; its code and extensions go to the client
 */
export type CallSubgraph = (subgraph: string, body: string, fetch: PlannedFetch) => Promise<SubgraphAnswer>

/** One execution of an operation. */
export interface Run {
  /** As the client sent them. */
  readonly variables: Readonly<Record<string, unknown>>
  /** Coerced, with defaults: what @skip and @include ask. */
  readonly coerced: Readonly<Record<string, unknown>>
  readonly call: CallSubgraph
  /** What the subgraphs' answers are merged to. */
  readonly data: ResponseObject
  readonly errors: ErrorList
}

/** A step of a compiled plan; `targets` are the objects that it works on. Undefined when there is nothing to wait for. */
export type Step = (run: Run, targets: readonly ResponseObject[]) => Promise<void> | undefined
