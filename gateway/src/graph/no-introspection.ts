import { GraphQLError, type ValidationRule } from 'graphql'

/** Refuses whatever asks for the schema. graphql-js has such a rule, which says so once more for every field below. */
export const noIntrospection: ValidationRule = (context) => ({
  Field(node) {
    const { value } = node.name
    if (value !== '__schema' && value !== '__type') return undefined
    context.reportError(
      new GraphQLError('Nobody may ask this graph for its schema: introspection is off.', { nodes: node }),
    )
    return false
  },
})
