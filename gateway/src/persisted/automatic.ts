import { createHash } from 'node:crypto'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { LRUCache } from 'lru-cache'
import { gatewayError } from '../errors/codes.ts'

/** What of a request says which document it wants. */
export interface DocumentReference {
  readonly query?: string | undefined
  /** As the appendix on persisted documents of GraphQL over HTTP has it; for trusted documents. */
  readonly documentId?: string | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
}

/**
 * The document that a request wants.
 * @throws GraphQLError DOCUMENT_NOT_ALLOWED or PERSISTED_DOCUMENT_NOT_FOUND where only trusted documents run,
 * PERSISTED_QUERY_NOT_FOUND where the client is to send the text once more beside its hash,
 * PERSISTED_QUERY_INVALID, or BAD_REQUEST where it names none
 */
export type ResolveDocument = (reference: DocumentReference) => string

/** Characters of the documents that are kept under their hashes. */
const DOCUMENTS_LENGTH_MAX = 4_000_000

/**
 * Automatic persisted queries, as Apollo Client speaks them: a client sends a hash in place of the text, and both once
 * where the hash is not known. Each process learns for itself; who asks one that does not know yet pays one more round trip.
 */
export function createAutomaticPersistedQueries(): ResolveDocument {
  const documents = new LRUCache<string, string>({
    maxSize: DOCUMENTS_LENGTH_MAX,
    sizeCalculation: (query) => query.length + 64,
  })

  return ({ query, extensions }) => {
    const persisted = extensions?.persistedQuery
    if (persisted === undefined || persisted === null) {
      if (query === undefined) throw new Refusal('BAD_REQUEST', 'The request has no query.')
      return query
    }
    const hash = hashOf(persisted)
    if (query === undefined) {
      const known = documents.get(hash)
      if (known === undefined) throw gatewayError('PERSISTED_QUERY_NOT_FOUND', { message: 'PersistedQueryNotFound' })
      return known
    }
    if (createHash('sha256').update(query).digest('hex') !== hash)
      throw gatewayError('PERSISTED_QUERY_INVALID', { message: 'The hash is not that of the query.' })
    documents.set(hash, query)
    return query
  }
}

function hashOf(persisted: unknown): string {
  const { version, sha256Hash } = Object(persisted) as { readonly version?: unknown; readonly sha256Hash?: unknown }
  if (version !== 1) throw gatewayError('PERSISTED_QUERY_INVALID', { message: 'Only version 1 is spoken here.' })
  if (typeof sha256Hash !== 'string' || !/^[0-9a-f]{64}$/.test(sha256Hash))
    throw gatewayError('PERSISTED_QUERY_INVALID', { message: 'The hash is no SHA-256 in lower-case hexadecimal.' })
  return sha256Hash
}
