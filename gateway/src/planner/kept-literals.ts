import type { FetchNode } from '@apollo/query-planner'
import {
  type ConstValueNode,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type OperationDefinitionNode,
  parse,
  parseType,
  print,
  stripIgnoredCharacters,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql'

/** An operation with variables in the place of what the planner would write in another way. */
export interface KeptLiterals {
  readonly document: DocumentNode
  /** The same fetch with the literals as they were written. */
  putBack(fetch: FetchNode): FetchNode
}

/**
 * Apollo's planner makes JavaScript's values of literals and literals of these again: 1.10 becomes 1.1, numbers lose their
 * last digits, and what is RED to a custom scalar becomes "RED". What such a literal means, its subgraph alone knows.
 * @param schema what clients see
 */
export function keepLiterals(
  document: DocumentNode,
  operationName: string | undefined,
  schema: GraphQLSchema,
): KeptLiterals {
  const taken = new Set(
    operationsOf(document).flatMap(({ variableDefinitions = [] }) => variableDefinitions.map(nameOf)),
  )
  const literals = new Map<string, ValueNode>()
  const definitions: VariableDefinitionNode[] = []
  const names = new Map<string, string>()
  const defaults = rewrittenDefaults(getOperationAST(document, operationName))
  const types = new TypeInfo(schema)

  /** The same for the same literal of the same type: fields that are one stay so. */
  function variableFor(literal: ValueNode, type: string): VariableNode {
    const key = `${type} ${print(literal)}`
    let name = names.get(key)
    if (name === undefined) {
      name = freeName(taken)
      names.set(key, name)
      literals.set(name, literal)
      definitions.push({ kind: Kind.VARIABLE_DEFINITION, variable: variable(name), type: parseType(type) })
    }
    return variable(name)
  }

  function keep(literal: ValueNode): VariableNode | undefined {
    const type = types.getInputType()
    if (types.getDirective() || !isOfCustomScalar(type) || !isRewritten(literal)) return undefined
    // Inside an object of a custom scalar nothing has a type, and any does.
    return variableFor(literal, String(type ?? 'String'))
  }

  const kept = visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      IntValue: keep,
      FloatValue: keep,
      EnumValue: keep,
    }),
  )

  function putBack(fetch: FetchNode): FetchNode {
    const { variableUsages = [], operationDocumentNode: _, ...rest } = fetch
    if (!variableUsages.some((name) => literals.has(name) || defaults.has(name))) return fetch
    const operation = visit(parse(fetch.operation, { noLocation: true }), {
      VariableDefinition(node) {
        const name = nameOf(node)
        const defaultValue = defaults.get(name)
        if (literals.has(name)) return null
        return defaultValue && { ...node, defaultValue }
      },
      Variable: ({ name }) => literals.get(name.value),
    })
    return {
      ...rest,
      operation: stripIgnoredCharacters(print(operation)),
      variableUsages: variableUsages.filter((name) => !literals.has(name)),
    }
  }

  return { document: definitions.length === 0 ? document : withVariables(kept, definitions), putBack }
}

function rewrittenDefaults(operation: OperationDefinitionNode | null | undefined): ReadonlyMap<string, ConstValueNode> {
  const defaults = new Map<string, ConstValueNode>()
  for (const definition of operation?.variableDefinitions ?? []) {
    const { defaultValue } = definition
    if (defaultValue !== undefined && hasRewritten(defaultValue)) defaults.set(nameOf(definition), defaultValue)
  }
  return defaults
}

const withVariables = (document: DocumentNode, more: readonly VariableDefinitionNode[]): DocumentNode =>
  visit(document, {
    OperationDefinition: (node) => ({ ...node, variableDefinitions: [...(node.variableDefinitions ?? []), ...more] }),
  })

/** Whether no more than its subgraph knows is known of a literal's type; what stands inside such a literal has none. */
export const isOfCustomScalar = (type: GraphQLInputType | null | undefined): boolean => {
  const named = type && getNamedType(type)
  return !named || (isScalarType(named) && !isSpecifiedScalarType(named))
}

function isRewritten(literal: ValueNode): boolean {
  if (literal.kind === Kind.INT || literal.kind === Kind.FLOAT) return String(Number(literal.value)) !== literal.value
  return literal.kind === Kind.ENUM
}

/** An enum value may be one of an enum as well: then it is put back for nothing. */
function hasRewritten(literal: ValueNode): boolean {
  if (literal.kind === Kind.LIST) return literal.values.some(hasRewritten)
  if (literal.kind === Kind.OBJECT) return literal.fields.some(({ value }) => hasRewritten(value))
  return isRewritten(literal)
}

function freeName(taken: Set<string>): string {
  let index = 0
  while (taken.has(`literal_${index}`)) index += 1
  taken.add(`literal_${index}`)
  return `literal_${index}`
}

const operationsOf = ({ definitions }: DocumentNode): readonly OperationDefinitionNode[] =>
  definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)

const nameOf = (definition: VariableDefinitionNode): string => definition.variable.name.value

const variable = (name: string): VariableNode => ({ kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } })
