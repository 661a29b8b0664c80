import type { FetchNode } from '@apollo/query-planner'
import {
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql'
import { entitiesOf, operationOf } from './entities-operation.ts'
import { clientVariables, contextualNames, type SubgraphOperation } from './request-body.ts'

/** One operation made of several fetches of entities. */
export type Combined = SubgraphOperation & {
  /** For each of the fetches, in their order. */
  readonly parts: readonly CombinedPart[]
}

export interface CombinedPart {
  /** What its `_entities` is called in the answer. */
  readonly key: string
  /** What its `$representations` is called. */
  readonly variable: string
  /** Name of each variable of a contextual argument -> what it is called. */
  readonly contextual: ReadonlyMap<string, string>
}

const REPRESENTATIONS = 'representations'

/**
 * Puts fetches of entities of one subgraph into one operation, each under a name of its own. Variables of the client are
 * shared: they are the same in all. Undefined where the fetches are not of the form that this is known to be right for.
 */
export function combineFetches(nodes: readonly FetchNode[]): Combined | undefined {
  const operations = nodes.map(entityOperation)
  const shared = new Map<string, VariableDefinitionNode>()
  const selections: FieldNode[] = []
  const own: VariableDefinitionNode[] = []
  const usages = new Set(nodes.flatMap(clientVariables))
  const parts: CombinedPart[] = []
  for (const [index, operation] of operations.entries()) {
    if (operation === undefined) return undefined
    const contextual = new Map([...operation.contextual].map((name) => [name, `${name}_${index}`]))
    const part = { key: `_${index}`, variable: `_${REPRESENTATIONS}${index}`, contextual }
    if (usages.has(part.variable)) return undefined
    parts.push(part)
    const names = new Map([...contextual, [REPRESENTATIONS, part.variable]])
    selections.push(renamed(operation.field, part.key, names))
    for (const definition of operation.variables) {
      const name = definition.variable.name.value
      const ownName = names.get(name)
      if (ownName === undefined) shared.set(name, definition)
      else own.push(withName(definition, ownName))
    }
  }
  const definition: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    variableDefinitions: [...own, ...shared.values()],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  }
  return { operation: stripIgnoredCharacters(print(definition)), variableUsages: [...usages], parts }
}

interface EntityOperation {
  readonly field: FieldNode
  readonly variables: readonly VariableDefinitionNode[]
  /** Names of those that are of contextual arguments. */
  readonly contextual: ReadonlySet<string>
}

/** The parts of an operation that asks for `_entities` and for nothing else, by no fragment and no directive. */
function entityOperation(node: FetchNode): EntityOperation | undefined {
  const definition = operationOf(node)
  if (definition?.operation !== OperationTypeNode.QUERY || definition.directives?.length) return undefined
  const field = entitiesOf(definition)
  return field && { field, variables: definition.variableDefinitions ?? [], contextual: contextualNames(node) }
}

/** @param names variable -> what it is called instead */
function renamed(field: FieldNode, key: string, names: ReadonlyMap<string, string>): FieldNode {
  const named = visit(field, {
    Variable(node) {
      const value = names.get(node.name.value)
      return value === undefined ? undefined : { ...node, name: { ...node.name, value } }
    },
  })
  return { ...named, alias: { kind: Kind.NAME, value: key } }
}

const withName = (definition: VariableDefinitionNode, name: string): VariableDefinitionNode => ({
  ...definition,
  variable: { ...definition.variable, name: { ...definition.variable.name, value: name } },
})
