import { GraphQLError } from 'graphql'
import { type GatewayCode, gatewayError } from '../errors/codes.ts'
import { createCounts, type GatewayCounts } from '../telemetry/counts.ts'
import { createAutomaticPersistedQueries, type DocumentReference, type ResolveDocument } from './automatic.ts'
import { type TrustedDocuments, trustDocuments } from './trusted.ts'

export interface PersistedDocuments {
  readonly trusted: TrustedDocuments
  /** Whether nothing else runs: a text counts as trusted when it is one of them but for whitespace and comments. */
  readonly isRequired: boolean
}

/** No ids are known, and whatever comes may run. */
export const ANY_DOCUMENT: PersistedDocuments = { trusted: trustDocuments([], 0), isRequired: false }

type Counts = GatewayCounts['documents']

/**
 * Finds the document of a request among those that are registered at the moment: by its id, by its text, or by a hash that a client taught us, the last only where
 * documents need not be trusted.
 */
export function createDocumentResolver(
  documents: () => PersistedDocuments,
  counts: Counts = createCounts().documents,
): ResolveDocument {
  const automatic = createAutomaticPersistedQueries()
  let counted: DocumentReference | undefined

  /** Once for each request: what may be answered as a stream is looked up again. */
  function count(reference: DocumentReference, outcome: keyof Counts): void {
    if (reference === counted) return
    counted = reference
    counts[outcome] += 1
  }

  function learnt(reference: DocumentReference): string {
    const { query, extensions } = reference
    try {
      const document = automatic(reference)
      if (hashOf(extensions?.persistedQuery) !== undefined) count(reference, query === undefined ? 'learnt' : 'taught')
      return document
    } catch (error) {
      if (hasCode(error, 'PERSISTED_QUERY_NOT_FOUND')) count(reference, 'unknown')
      throw error
    }
  }

  return (reference) => {
    const { trusted, isRequired } = documents()
    const { query, documentId, extensions } = reference
    if (query !== undefined && !isRequired) return learnt(reference)
    const hash = documentId ?? hashOf(extensions?.persistedQuery)
    const document = query !== undefined ? trusted.byText(query) : hash === undefined ? undefined : trusted.byId(hash)
    if (document !== undefined) {
      count(reference, 'registered')
      return document
    }
    if (query !== undefined) {
      count(reference, 'refused')
      throw gatewayError('DOCUMENT_NOT_ALLOWED')
    }
    const isLearnt = documentId === undefined && !isRequired
    if (hash === undefined || isLearnt) return learnt(reference)
    count(reference, 'unknown')
    throw gatewayError('PERSISTED_DOCUMENT_NOT_FOUND')
  }
}

const hasCode = (error: unknown, code: GatewayCode): boolean =>
  error instanceof GraphQLError && error.extensions.code === code

function hashOf(persistedQuery: unknown): string | undefined {
  const hash: unknown = Reflect.get(Object(persistedQuery), 'sha256Hash')
  return typeof hash === 'string' ? hash : undefined
}
