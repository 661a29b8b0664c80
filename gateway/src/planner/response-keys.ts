import {
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql'
import type { PlannableSupergraph } from '../supergraph/plannable.ts'

/** An operation that a planner can be given. */
export interface SeparatedOperation {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  /** Response key in `document`, or in the plan's calls -> the one that the client knows, where they differ. */
  readonly clientKeys: ReadonlyMap<string, string>
}

/**
 * Gives other response keys to what a client calls by a name under which the plan itself may ask for something else. The
 * planner would take the one for the other: `{ product { id: sku } }` would answer the id, and `sku: name` would let the
 * client choose which entity other subgraphs are asked about.
 */
export function separateResponseKeys(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { ownNames, standIns }: PlannableSupergraph,
): SeparatedOperation {
  const clientKeys = new Map([...standIns].map(([name, { field }]) => [name, field]))
  const aliases = aliasesIn(document)
  const isTaken = (alias: string): boolean => ownNames.has(alias) || alias === PROTOTYPE
  const taken = [...aliases].filter(isTaken)
  if (taken.length === 0) return { document, operation, clientKeys }
  let prefix = '_client_'
  while ([...aliases, ...ownNames].some((name) => name.startsWith(prefix))) prefix = `_${prefix}`
  for (const alias of taken) clientKeys.set(prefix + alias, alias)
  const separated = visit(document, {
    enter(node) {
      if (isIntrospection(node)) return false
      if (node.kind !== Kind.FIELD || !isTaken(ownAlias(node) ?? '')) return undefined
      return { ...node, alias: { kind: Kind.NAME, value: prefix + ownAlias(node) } }
    },
  })
  return { document: separated, operation: getOperationAST(separated, operation.name?.value) ?? operation, clientKeys }
}

/** Under this key no object holds a value: whoever reads it gets what all objects have in common. */
const PROTOTYPE = '__proto__'

function aliasesIn(document: DocumentNode): ReadonlySet<string> {
  const aliases = new Set<string>()
  visit(document, {
    enter(node) {
      if (isIntrospection(node)) return false
      const alias = node.kind === Kind.FIELD ? ownAlias(node) : undefined
      if (alias !== undefined) aliases.add(alias)
      return undefined
    },
  })
  return aliases
}

const ownAlias = ({ alias, name }: FieldNode): string | undefined =>
  alias === undefined || alias.value === name.value ? undefined : alias.value

/** What no subgraph is asked about is answered under the keys that it has. */
function isIntrospection(node: ASTNode): boolean {
  if (node.kind === Kind.FIELD) return node.name.value === '__schema' || node.name.value === '__type'
  return node.kind === Kind.FRAGMENT_DEFINITION && node.typeCondition.name.value.startsWith('__')
}
