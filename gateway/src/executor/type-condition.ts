import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql'

/** Whether an object of the type `typename` fits a type condition; asked of the whole supergraph, so that planner's types are known. */
export type TypeCondition = (typename: unknown) => boolean

/** Compiles a type condition; each typename that comes is decided once. */
export function compileTypeCondition(schema: GraphQLSchema, condition: string): TypeCondition {
  const decided = new Map<string, boolean>()
  return (typename) => {
    if (typename === condition) return true
    if (typeof typename !== 'string') return false
    let answer = decided.get(typename)
    if (answer === undefined) {
      answer = fits(schema, condition, typename)
      // What a subgraph says for a typename is not ours: unknown ones are not remembered without bound.
      if (schema.getType(typename) !== undefined) decided.set(typename, answer)
    }
    return answer
  }
}

function fits(schema: GraphQLSchema, condition: string, typename: string): boolean {
  const abstract = schema.getType(condition)
  const type = schema.getType(typename)
  if (!isAbstractType(abstract) || !(isObjectType(type) || isInterfaceType(type))) return false
  return schema.isSubType(abstract, type)
}
