import { buildSchemaFromAST } from '@apollo/federation-internals'
import {
  type ConstDirectiveNode,
  type DocumentNode,
  isTypeDefinitionNode,
  Kind,
  type TypeDefinitionNode,
  valueFromASTUntyped,
} from 'graphql'
import { z } from 'zod'

/** The identity of the spec that subgraphs link for `@cacheControl`. */
const SPEC = 'https://specs.carriergraph.dev/cacheControl'
const DIRECTIVE = 'cacheControl'

/** One `@cacheControl`, as it stands in the schema. Lifetimes are in seconds. */
export interface CacheHint {
  readonly maxAge?: number | undefined
  readonly staleIfError?: number | undefined
  readonly scope?: 'PUBLIC' | 'PRIVATE' | undefined
  readonly inheritMaxAge?: boolean | undefined
}

/** The hints of a composed supergraph, by coordinate. */
export interface CacheHints {
  /** Without any, nothing is ever kept. */
  readonly isEmpty: boolean
  readonly type: (typeName: string) => CacheHint | undefined
  readonly field: (typeName: string, fieldName: string) => CacheHint | undefined
}

const seconds = z.number().int().nonnegative().optional()
const hintSchema = z.object({
  maxAge: seconds,
  staleIfError: seconds,
  scope: z.enum(['PUBLIC', 'PRIVATE']).optional(),
  inheritMaxAge: z.boolean().optional(),
})

/**
 * Reads the hints on types and fields, under whatever name the supergraph imports the directive. Of a hint on a type that
 * several subgraphs define only `scope: PRIVATE` counts: composition no longer tells whose it was, and one subgraph must
 * not decide for how long the fields of another are kept, but may well say that they are somebody's own.
 * @throws Error for a lifetime below 0
 */
export function readCacheHints(composed: DocumentNode): CacheHints {
  const feature = buildSchemaFromAST(composed, { validate: false }).coreFeatures?.getByIdentity(SPEC)
  const byCoordinate = new Map<string, CacheHint>()
  const name = feature?.directiveNameInSchema(DIRECTIVE)
  const read = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined, isShared = false): void => {
    const applied = directives?.find((directive) => directive.name.value === name)
    if (applied === undefined) return
    const hint = hintOf(applied, coordinate)
    if (!isShared) byCoordinate.set(coordinate, hint)
    else if (hint.scope === 'PRIVATE') byCoordinate.set(coordinate, { scope: 'PRIVATE' })
  }
  if (name !== undefined)
    for (const definition of composed.definitions) {
      if (!isTypeDefinitionNode(definition)) continue
      const typeName = definition.name.value
      read(typeName, definition.directives, subgraphCount(definition) > 1)
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
        continue
      for (const field of definition.fields ?? []) read(`${typeName}.${field.name.value}`, field.directives)
    }
  return {
    isEmpty: byCoordinate.size === 0,
    type: (typeName) => byCoordinate.get(typeName),
    field: (typeName, fieldName) => byCoordinate.get(`${typeName}.${fieldName}`),
  }
}

function hintOf(directive: ConstDirectiveNode, coordinate: string): CacheHint {
  const values = (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)] as const)
  const hint = hintSchema.safeParse(Object.fromEntries(values.filter(([, value]) => value !== null)))
  if (!hint.success) throw new Error(`@${DIRECTIVE} on ${coordinate}: ${z.prettifyError(hint.error)}`)
  return hint.data
}

/** A subgraph with several keys for a type joins it as often. */
function subgraphCount({ directives = [] }: TypeDefinitionNode): number {
  const graphs = directives
    .filter(({ name }) => name.value === 'join__type')
    .map((join) => join.arguments?.find(({ name }) => name.value === 'graph')?.value)
  return new Set(graphs.map((value) => (value?.kind === Kind.ENUM ? value.value : undefined))).size
}
