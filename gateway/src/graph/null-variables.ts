import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
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

/** Where an operation or a fragment has a variable that may be null and must not be. */
interface Use {
  readonly node: VariableNode
  readonly type: string
  /** Of the selections around it there. */
  readonly condition: Condition
}

interface Spread {
  readonly fragment: string
  readonly condition: Condition
}

interface Part {
  readonly uses: readonly Use[]
  readonly spreads: readonly Spread[]
}

/**
 * Validation lets a variable that may be null stand for what must not be, if one of the two has a default; executors then
 * refuse the null. Here they are subgraphs, to whom it would be a fault of ours. Expects a valid operation. Each fragment is
 * looked at once, however often it is spread: fragments of fragments are spread more often than anybody could look.
 */
export function compileNullFaults(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): NullFaults {
  // Nearly all operations.
  if (operation.variableDefinitions?.every(({ type }) => type.kind === Kind.NON_NULL_TYPE) !== false) return () => []
  const fragments = fragmentsOf(document.definitions)
  const root = partOf(schema, operation)
  const parts = new Map([...fragments].map(([name, fragment]) => [name, partOf(schema, fragment)]))
  if ([root, ...parts.values()].every(({ uses }) => uses.length === 0)) return () => []

  return (coerced) => {
    const nulls = new Map<string, GraphQLError>()
    const seen = new Set<string>()
    const applies = ({ condition }: Use | Spread) => condition?.(coerced) !== false

    function look({ uses, spreads }: Part): void {
      for (const use of uses) {
        const name = use.node.name.value
        if (coerced[name] === null && !nulls.has(name) && applies(use)) nulls.set(name, nullFault(use))
      }
      for (const spread of spreads) {
        if (seen.has(spread.fragment) || !applies(spread)) continue
        seen.add(spread.fragment)
        const part = parts.get(spread.fragment)
        if (part !== undefined) look(part)
      }
    }

    look(root)
    return [...nulls.values()]
  }
}

const nullFault = ({ node, type }: Use): GraphQLError =>
  requestFault(
    new GraphQLError(`Variable "$${node.name.value}" must not be null: "${type}" is expected.`, { nodes: node }),
    'BAD_USER_INPUT',
  )

function partOf(schema: GraphQLSchema, definition: OperationDefinitionNode | FragmentDefinitionNode): Part {
  const uses: Use[] = []
  const spreads: Spread[] = []
  const types = new TypeInfo(schema)
  /** Of the selections around, the innermost last. */
  const conditions: Condition[] = [undefined]

  function note(node: VariableNode): void {
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
        if (!isSelection(node)) return
        const own = conditionOf(node.directives ?? [])
        if (own === 'never') return false
        const condition = both(conditions.at(-1), own)
        conditions.push(condition)
        if (node.kind === Kind.FRAGMENT_SPREAD) spreads.push({ fragment: node.name.value, condition })
      },
      leave(node) {
        if (isSelection(node)) conditions.pop()
      },
    }),
  )
  return { uses, spreads }
}

const isSelection = (node: ASTNode): node is SelectionNode =>
  node.kind === Kind.FIELD || node.kind === Kind.INLINE_FRAGMENT || node.kind === Kind.FRAGMENT_SPREAD
