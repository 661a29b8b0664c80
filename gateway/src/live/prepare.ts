import type { Supergraph } from '@apollo/federation-internals'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { operationNotFound } from '../errors/operation-not-found.ts'
import type { Planner, SubscriptionPlan } from '../planner/planner.ts'
import { makeResumable, type ResumableStream } from './resume.ts'

/** An operation that is known to parse, and what it is. */
export interface ParsedOperation {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly operationName: string | undefined
}

/** A subscription that is valid and planned: all that does not depend on who subscribes with which variables. */
export interface PreparedSubscription extends ParsedOperation {
  readonly plan: SubscriptionPlan
  /** Undefined when the stream cannot be continued without a gap. */
  readonly resume: ResumableStream | undefined
}

export interface PreparerOptions {
  readonly apiSchema: GraphQLSchema
  readonly supergraph: Supergraph
  readonly planner: Planner
  /** Beside those of the GraphQL specification. */
  readonly rules: readonly ValidationRule[]
  readonly tokens_max: number
}

export interface Preparer {
  /** Throws GraphQLErrors with code GRAPHQL_PARSE_FAILED or OPERATION_RESOLUTION_FAILURE. */
  parse(query: string, operationName: string | undefined): ParsedOperation
  /** Answers the errors of an invalid subscription; throws when it cannot be planned. */
  prepare(parsed: ParsedOperation): Promise<PreparedSubscription | readonly GraphQLError[]>
}

/** Characters of the documents that are kept parsed, and planned where they are subscriptions. */
const DOCUMENTS_LENGTH_MAX = 4_000_000

/** Parses, validates and plans what comes over a socket, each document once. */
export function createPreparer({ apiSchema, supergraph, planner, rules, tokens_max }: PreparerOptions): Preparer {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: DOCUMENTS_LENGTH_MAX,
    sizeCalculation: (_document, query) => query.length + 1,
  })
  const prepared = new WeakMap<OperationDefinitionNode, Promise<PreparedSubscription | readonly GraphQLError[]>>()
  const allRules = [...specifiedRules, ...rules]

  async function prepareAnew(parsed: ParsedOperation): Promise<PreparedSubscription | readonly GraphQLError[]> {
    const errors = validate(apiSchema, parsed.document, allRules)
    if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'))
    const plan = await planner.planSubscription(parsed.document, parsed.operationName)
    return { ...parsed, plan, resume: makeResumable(plan.primary, supergraph) }
  }

  return {
    parse(query, operationName) {
      const document = documents.get(query) ?? parseBounded(query, tokens_max)
      documents.set(query, document)
      const operation = getOperationAST(document, operationName)
      if (operation) return { document, operation, operationName }
      throw operationNotFound()
    },
    prepare(parsed) {
      const known = prepared.get(parsed.operation)
      if (known !== undefined) return known
      const preparing = prepareAnew(parsed)
      prepared.set(parsed.operation, preparing)
      return preparing
    },
  }
}

function parseBounded(query: string, tokens_max: number): DocumentNode {
  try {
    return parse(query, { maxTokens: tokens_max })
  } catch (error) {
    if (error instanceof GraphQLError) throw withCode(error, 'GRAPHQL_PARSE_FAILED')
    throw error
  }
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code
  return error
}
