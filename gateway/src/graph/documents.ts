import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  NoFragmentCyclesRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { operationNotFound } from '../errors/operation-not-found.ts'
import { FAULTS_MAX, requestFault } from '../errors/request-faults.ts'
import { type PhaseTimer, untimed } from '../telemetry/observation.ts'
import { finiteNumbers } from './finite-numbers.ts'
import { noIntrospection } from './no-introspection.ts'
import { noReservedVariables } from './reserved-variables.ts'
import { unconditionalRoot } from './unconditional-root.ts'
import { validationFault } from './validation-fault.ts'

/** An operation of a document that parses. All that is compiled for it hangs on its node, which is the same each time. */
export interface KnownOperation {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly operationName: string | undefined
  /** Why nobody may run it, each with code GRAPHQL_VALIDATION_FAILED; empty when it is valid. */
  readonly faults: readonly GraphQLError[]
}

/** Knows the documents that were asked for lately: each is parsed and validated once. */
export interface Documents {
  /** @throws GraphQLError GRAPHQL_PARSE_FAILED or OPERATION_RESOLUTION_FAILURE */
  find(query: string, operationName: string | undefined): KnownOperation
  /** Every operation of a document. Throws as `find` does. */
  all(query: string): readonly KnownOperation[]
  /** The texts that are kept, those that were asked for last first. */
  recent(): readonly string[]
  /** An operation that somebody else parsed. */
  know(document: DocumentNode, operation: OperationDefinitionNode): KnownOperation
}

export interface DocumentsOptions {
  readonly apiSchema: GraphQLSchema
  /** Beside those of the GraphQL specification, and before them. */
  readonly rules: readonly ValidationRule[]
  readonly tokens_max: number
  /** Whether clients may ask for the schema, and are told which name they may have meant. */
  readonly introspection: boolean
  readonly phase?: PhaseTimer
}

/** Documents that are kept: each takes ten to fifty kilobytes, with all that is compiled for it, however short it is. */
const DOCUMENTS_MAX = 5_000
/** Characters of them all: a long one takes more. */
const DOCUMENTS_LENGTH_MAX = 4_000_000

export function createDocuments(options: DocumentsOptions): Documents {
  const { apiSchema, tokens_max, introspection, phase = untimed } = options
  const bounds = [NoFragmentCyclesRule, unconditionalRoot, finiteNumbers, ...options.rules]
  const rules = [...specifiedRules, noReservedVariables, ...(introspection ? [] : [noIntrospection])]
  const documents = new LRUCache<string, DocumentNode>({
    max: DOCUMENTS_MAX,
    maxSize: DOCUMENTS_LENGTH_MAX,
    sizeCalculation: (_document, query) => query.length + 1,
  })
  const faults = new WeakMap<DocumentNode, readonly GraphQLError[]>()
  const validation = { maxErrors: FAULTS_MAX, hideSuggestions: !introspection }

  /**
   * What is too large, endless, or a stream on a condition is seen no further: the rules compare all fields that may meet
   * with each other, and throw at such conditions.
   */
  function validated(document: DocumentNode): readonly GraphQLError[] {
    const breaches = validate(apiSchema, document, bounds, validation)
    return breaches.length > 0 ? breaches : validate(apiSchema, document, rules, validation)
  }

  function faultsOf(document: DocumentNode): readonly GraphQLError[] {
    const known = faults.get(document)
    if (known !== undefined) return known
    const found = phase('validate', () => validated(document)).map((error) => validationFault(error, !introspection))
    faults.set(document, found)
    return found
  }

  function documentOf(query: string): DocumentNode {
    const known = documents.get(query)
    if (known !== undefined) return known
    const document = phase('parse', () => parseBounded(query, tokens_max))
    documents.set(query, document)
    return document
  }

  const know = (document: DocumentNode, operation: OperationDefinitionNode): KnownOperation => ({
    document,
    operation,
    operationName: operation.name?.value,
    faults: faultsOf(document),
  })

  return {
    find(query, operationName) {
      const document = documentOf(query)
      const operation = getOperationAST(document, operationName)
      if (!operation) throw operationNotFound()
      return know(document, operation)
    },
    all(query) {
      const document = documentOf(query)
      return document.definitions
        .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
        .map((operation) => know(document, operation))
    },
    recent: () => [...documents.keys()],
    know,
  }
}

function parseBounded(query: string, tokens_max: number): DocumentNode {
  try {
    return parse(query, { maxTokens: tokens_max })
  } catch (error) {
    if (error instanceof GraphQLError) throw requestFault(error, 'GRAPHQL_PARSE_FAILED')
    throw error
  }
}
