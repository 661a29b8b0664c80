import { type FragmentDefinitionNode, GraphQLError, Kind, type SelectionSetNode, type ValidationRule } from 'graphql'

/**
 * Refuses `@skip` and `@include` at the root of a subscription, as the GraphQL specification does: whether there is one
 * stream must not depend on variables. graphql-js has no such rule; another of its rules throws at them.
 */
export const unconditionalRoot: ValidationRule = (context) => ({
  OperationDefinition({ operation, selectionSet }) {
    if (operation !== 'subscription') return
    const spread = new Set<FragmentDefinitionNode>()
    refuseConditions(selectionSet)

    function refuseConditions({ selections }: SelectionSetNode): void {
      for (const selection of selections) {
        const condition = selection.directives?.find(({ name }) => name.value === 'skip' || name.value === 'include')
        if (condition !== undefined)
          context.reportError(
            new GraphQLError('The root field of a subscription takes no @skip and no @include.', { nodes: condition }),
          )
        if (selection.kind === Kind.INLINE_FRAGMENT) refuseConditions(selection.selectionSet)
        if (selection.kind !== Kind.FRAGMENT_SPREAD) continue
        const fragment = context.getFragment(selection.name.value)
        if (!fragment || spread.has(fragment)) continue
        spread.add(fragment)
        refuseConditions(fragment.selectionSet)
      }
    }
  },
})
