import {
  type ConstDirectiveNode,
  type GraphQLDirective,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getArgumentValues,
  isInterfaceType,
  isObjectType,
} from 'graphql'
import { z } from 'zod'
import { StartupFault } from '../startup-fault.ts'
import { type AccessDirective, accessDirectives } from './directive-names.ts'

/** One directive on a type or field. `anyOf` is an OR over lists that are ANDs, as federation defines it. */
export type Requirement =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'requiresScopes'; readonly anyOf: AnyOf }
  | { readonly kind: 'policy'; readonly anyOf: AnyOf }

export type AnyOf = readonly (readonly string[])[]

/** All requirements of a schema; every one of a list must be met. */
export type Requirements = {
  ofType(type: GraphQLNamedType): readonly Requirement[]
  ofField(field: GraphQLField<unknown, unknown>): readonly Requirement[]
  /** The names of all policies, each with the first place that names it. */
  readonly policies: ReadonlyMap<string, string>
}

/**
 * Reads the access directives from the SDL that the schema was built of, under the names that its `@link` gives them.
 * @throws StartupFault for what cannot be enforced: a directive on an interface, an empty list, a directive of the
 * schema's own that has the name of one of federation's
 */
export function readRequirements(schema: GraphQLSchema): Requirements {
  const directives = accessDirectives(schema)
  const found = new Map<object, readonly Requirement[]>()
  const policies = new Map<string, string>()

  function read(element: object, nodes: readonly ConstDirectiveNode[], coordinate: string, onInterface: boolean): void {
    const requirements = requirementsIn(nodes, directives, coordinate)
    if (requirements.length === 0) return
    if (onInterface)
      throw new StartupFault(`${coordinate}: access directives on interfaces are not enforced; put them on the types.`)
    found.set(element, requirements)
    for (const requirement of requirements)
      if (requirement.kind === 'policy')
        for (const name of requirement.anyOf.flat()) if (!policies.has(name)) policies.set(name, coordinate)
  }

  for (const type of Object.values(schema.getTypeMap())) {
    const nodes = [type.astNode, ...type.extensionASTNodes].flatMap((node) => node?.directives ?? [])
    read(type, nodes, type.name, isInterfaceType(type))
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const field of Object.values(type.getFields()))
      read(field, field.astNode?.directives ?? [], `${type.name}.${field.name}`, isInterfaceType(type))
  }
  const of = (element: object) => found.get(element) ?? []
  return { ofType: of, ofField: of, policies }
}

function requirementsIn(
  nodes: readonly ConstDirectiveNode[],
  directives: ReadonlyMap<string, { kind: AccessDirective; definition: GraphQLDirective }>,
  coordinate: string,
): Requirement[] {
  return nodes.flatMap((node): Requirement[] => {
    const directive = directives.get(node.name.value)
    if (directive === undefined) return []
    const { kind, definition } = directive
    if (kind === 'authenticated') return [{ kind }]
    const argument = kind === 'policy' ? 'policies' : 'scopes'
    const anyOf = NAMES.safeParse(getArgumentValues(definition, node)[argument])
    if (!anyOf.success)
      throw new StartupFault(`@${node.name.value} on ${coordinate} has an empty list: name at least one in each.`)
    return [{ kind, anyOf: anyOf.data }]
  })
}

/** An empty inner list would let everybody in, an empty outer one nobody: neither is what somebody means. */
const NAMES = z.array(z.array(z.string().min(1)).nonempty()).nonempty()
