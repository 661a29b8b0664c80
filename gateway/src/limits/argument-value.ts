import { type FieldNode, type GraphQLArgument, Kind, type ValueNode, valueFromAST } from 'graphql'

type Variables = Readonly<Record<string, unknown>>

/** An argument of a field in an operation, as the field will get it: coerced, with its default. */
export interface ArgumentValue {
  /** Whether it is the same in every request. */
  readonly isFixed: boolean
  of(variables: Variables): unknown
}

/** Expects a valid operation. */
export function argumentValue(node: FieldNode, argument: GraphQLArgument): ArgumentValue {
  const given = node.arguments?.find(({ name }) => name.value === argument.name)?.value
  const of = (variables: Variables): unknown => {
    const value = given === undefined ? undefined : valueFromAST(given, argument.type, variables)
    return value === undefined ? argument.defaultValue : value
  }
  if (given !== undefined && hasVariable(given)) return { isFixed: false, of }
  const fixed = of({})
  return { isFixed: true, of: () => fixed }
}

const hasVariable = (node: ValueNode): boolean =>
  node.kind === Kind.VARIABLE ||
  (node.kind === Kind.LIST && node.values.some(hasVariable)) ||
  (node.kind === Kind.OBJECT && node.fields.some(({ value }) => hasVariable(value)))
