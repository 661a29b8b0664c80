import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { requestFault } from '../errors/request-faults.ts'
import { both, type Condition, conditionOf } from '../executor/field-selection.ts'
import { fragmentsOf } from '../executor/root-fields.ts'

/** Of coerced variables, one fault for each that is null where the operation as it will run takes no null. */
export type NullFaults = (coerced: Readonly<Record<string, unknown>>) => readonly GraphQLError[]

/** Where an operation has a variable that may be null and must not be. */
interface Use {
  readonly node: VariableNode
  readonly type: string
  readonly condition: Condition
}

/**
 * Validation lets a variable that may be null stand for what must not be, if one of the two has a default; executors then
 * refuse the null. Here they are subgraphs, to whom it would be a fault of ours. Expects a valid operation.
 */
export function compileNullFaults(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): NullFaults {
  const uses = usesOf(schema, document, operation)
  return (coerced) => {
    const nulls = new Map<string, GraphQLError>()
    for (const { node, type, condition } of uses) {
      const name = node.name.value
      if (coerced[name] === null && !nulls.has(name) && condition?.(coerced) !== false)
        nulls.set(name, nullFault(node, type))
    }
    return [...nulls.values()]
  }
}

const nullFault = (node: VariableNode, type: string): GraphQLError =>
  requestFault(
    new GraphQLError(`Variable "$${node.name.value}" must not be null: "${type}" is expected.`, { nodes: node }),
    'BAD_USER_INPUT',
  )

function usesOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): readonly Use[] {
  const uses: Use[] = []
  // Nearly all operations.
  if (operation.variableDefinitions?.every(({ type }) => type.kind === Kind.NON_NULL_TYPE) !== false) return uses
  const fragments = fragmentsOf(document.definitions)

  function collect(definition: OperationDefinitionNode | FragmentDefinitionNode, outer: Condition): void {
    const types = new TypeInfo(schema)
    /** Of the selections around, the innermost last. */
    const conditions = [outer]
    const note = (node: VariableNode): void => {
      const type = types.getInputType()
      // A condition does not depend on itself.
      const condition = conditions.at(types.getDirective() ? -2 : -1)
      if (isNonNullType(type)) uses.push({ node, type: String(type), condition })
    }
    visit(
      definition,
      visitWithTypeInfo(types, {
        enter(node) {
          if (node.kind === Kind.VARIABLE) note(node)
          if (node.kind !== Kind.FIELD && node.kind !== Kind.INLINE_FRAGMENT && node.kind !== Kind.FRAGMENT_SPREAD)
            return
          const own = conditionOf(node.directives ?? [])
          if (own === 'never') return false
          const condition = both(conditions.at(-1), own)
          conditions.push(condition)
          const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : undefined
          if (fragment !== undefined) collect(fragment, condition)
        },
        leave({ kind }) {
          if (kind === Kind.FIELD || kind === Kind.INLINE_FRAGMENT || kind === Kind.FRAGMENT_SPREAD) conditions.pop()
        },
      }),
    )
  }

  collect(operation, undefined)
  return uses
}
