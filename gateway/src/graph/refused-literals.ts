import {
  type DocumentNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  TypeInfo,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { isOfCustomScalar } from '../planner/kept-literals.ts'
import { isInvalidCall } from '../subgraphs/caller.ts'

/**
 * The errors of an operation. A call that was not valid is the gateway's fault, unless the operation has a literal of a
 * custom scalar: whether that is valid, only the subgraph knows, and whoever wrote it has to be told.
 * @param schema what clients see
 */
export function withRefusedLiterals(
  errors: readonly GraphQLFormattedError[],
  document: DocumentNode,
  schema: GraphQLSchema,
): readonly GraphQLFormattedError[] {
  if (!errors.some(isInvalidCall) || !hasCustomLiteral(document, schema)) return errors
  return errors.map((error) => {
    if (!isInvalidCall(error)) return error
    const { refusedAs: code, ...extensions } = error.extensions ?? {}
    return { ...error, extensions: { ...extensions, code } }
  })
}

function hasCustomLiteral(document: DocumentNode, schema: GraphQLSchema): boolean {
  const types = new TypeInfo(schema)
  let isFound = false
  const look = (_literal: ValueNode): void => {
    isFound ||= !types.getDirective() && isOfCustomScalar(types.getInputType())
  }
  visit(
    document,
    visitWithTypeInfo(types, {
      IntValue: look,
      FloatValue: look,
      StringValue: look,
      BooleanValue: look,
      EnumValue: look,
      ListValue: look,
      ObjectValue: look,
    }),
  )
  return isFound
}
