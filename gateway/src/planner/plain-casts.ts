import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isAbstractType,
  Kind,
  type SelectionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { fragmentsOf } from '../executor/root-fields.ts'

type Fragment = InlineFragmentNode | FragmentSpreadNode

/**
 * Says conditions on types so that Apollo's planner and the subgraphs understand them right:
 *
 * - The planner takes it for impossible that what a subgraph knows as an object, and is an interface, is of another
 *   interface or of a union. Such a condition becomes one on each type that is both, or none where all of them are.
 * - A subgraph may have a name of its own for its root type: there is no condition on the type that it stands in anyway.
 *
 * @param interfaceObjects interfaces that some subgraph knows as objects
 */
export function withPlainCasts(
  document: DocumentNode,
  schema: GraphQLSchema,
  interfaceObjects: ReadonlySet<string>,
): DocumentNode {
  const definitions = fragmentsOf(document.definitions)
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].map(nameOf))
  const types = new TypeInfo(schema)

  /** The types to ask for instead; undefined where the condition may stay as it is. */
  function typesOf(parent: GraphQLCompositeType, condition: string): readonly (string | undefined)[] | undefined {
    if (condition === parent.name) return roots.has(condition) ? [undefined] : undefined
    const wanted = schema.getType(condition)
    if (!interfaceObjects.has(parent.name) || !isAbstractType(parent) || !isAbstractType(wanted)) return undefined
    const possible = schema.getPossibleTypes(parent)
    const common = possible.filter((type) => schema.isSubType(wanted, type))
    return common.length === possible.length ? [undefined] : common.map(nameOf)
  }

  function plain(fragment: Fragment): readonly Fragment[] {
    const { condition, selectionSet } = contentOf(fragment, definitions)
    const parent = types.getParentType()
    const instead = parent && condition !== undefined && selectionSet && typesOf(parent, condition)
    if (!instead) return [fragment]
    const { directives = [] } = fragment
    return instead.map((name) => ({
      kind: Kind.INLINE_FRAGMENT,
      ...(name !== undefined && { typeCondition: namedType(name) }),
      directives,
      selectionSet,
    }))
  }

  return visit(
    document,
    visitWithTypeInfo(types, {
      SelectionSet: (node) => ({
        ...node,
        selections: node.selections.flatMap<SelectionNode>((selection) =>
          selection.kind === Kind.FIELD ? selection : plain(selection),
        ),
      }),
    }),
  )
}

function contentOf(fragment: Fragment, definitions: ReadonlyMap<string, FragmentDefinitionNode>) {
  const { typeCondition, selectionSet } =
    fragment.kind === Kind.INLINE_FRAGMENT ? fragment : (definitions.get(fragment.name.value) ?? {})
  return { condition: typeCondition?.name.value, selectionSet }
}

const namedType = (name: string) => ({ kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } }) as const

const nameOf = (type: { readonly name: string } | null | undefined): string | undefined => type?.name
