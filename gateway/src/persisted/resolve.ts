import { gatewayError } from '../errors/codes.ts'
import { createAutomaticPersistedQueries, type ResolveDocument } from './automatic.ts'
import { type TrustedDocuments, trustDocuments } from './trusted.ts'

export interface PersistedDocuments {
  readonly trusted: TrustedDocuments
  /** Whether nothing else runs: a text counts as trusted when it is one of them but for whitespace and comments. */
  readonly isRequired: boolean
}

/** No ids are known, and whatever comes may run. */
export const ANY_DOCUMENT: PersistedDocuments = { trusted: trustDocuments([], 0), isRequired: false }

/**
 * Finds the document of a request: by its id, by its text, or by a hash that a client taught us, the last only where
 * documents need not be trusted.
 */
export function createDocumentResolver({ trusted, isRequired }: PersistedDocuments): ResolveDocument {
  const automatic = createAutomaticPersistedQueries()
  return (reference) => {
    const { query, documentId, extensions } = reference
    if (query !== undefined) {
      if (!isRequired) return automatic(reference)
      const document = trusted.byText(query)
      if (document === undefined) throw gatewayError('DOCUMENT_NOT_ALLOWED')
      return document
    }
    const hash = documentId ?? hashOf(extensions?.persistedQuery)
    const document = hash === undefined ? undefined : trusted.byId(hash)
    if (document !== undefined) return document
    const isLearnt = documentId === undefined && !isRequired
    if (hash === undefined || isLearnt) return automatic(reference)
    throw gatewayError('PERSISTED_DOCUMENT_NOT_FOUND')
  }
}

function hashOf(persistedQuery: unknown): string | undefined {
  const hash: unknown = Reflect.get(Object(persistedQuery), 'sha256Hash')
  return typeof hash === 'string' ? hash : undefined
}
