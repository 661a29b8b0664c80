import { type GraphQLSchema, isAbstractType, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import type { PlannedFetch } from '../executor/run.ts'

/**
 * The coordinates of all that a fetch asks for, each fetch looked through once. A field of an abstract type counts for
 * every type that it may be a field of.
 */
export function createFetchFields(schema: GraphQLSchema): (fetch: PlannedFetch) => ReadonlySet<string> {
  const known = new WeakMap<PlannedFetch, ReadonlySet<string>>()
  return (fetch) => {
    const before = known.get(fetch)
    if (before !== undefined) return before
    const fields = fieldsIn(schema, fetch.operation)
    known.set(fetch, fields)
    return fields
  }
}

function fieldsIn(schema: GraphQLSchema, operation: string): ReadonlySet<string> {
  const fields = new Set<string>()
  const types = new TypeInfo(schema)
  const document = parse(operation, { noLocation: true })
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name }) {
        const parent = types.getParentType()
        if (!parent) return
        fields.add(`${parent.name}.${name.value}`)
        if (isAbstractType(parent))
          for (const possible of schema.getPossibleTypes(parent)) fields.add(`${possible.name}.${name.value}`)
      },
    }),
  )
  return fields
}
