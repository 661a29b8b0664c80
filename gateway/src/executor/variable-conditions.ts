import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode, visit } from 'graphql'
import { both, type Condition, conditionOf, either } from './field-selection.ts'
import { fragmentsOf } from './root-fields.ts'

/**
 * For each variable that a field takes as an argument, whether such a field is selected, given the coerced variables. A
 * variable that is not here is used by no field.
 */
export function variableConditions({ definitions }: DocumentNode): ReadonlyMap<string, Condition> {
  const fragments = fragmentsOf(definitions)
  const conditions = new Map<string, Condition>()
  for (const definition of definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION)
      collect(definition.selectionSet, undefined, fragments, (variable, condition) => {
        const known = conditions.has(variable)
        conditions.set(variable, known ? either(conditions.get(variable), condition) : condition)
      })
  return conditions
}

function collect(
  { selections }: SelectionSetNode,
  outer: Condition,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  use: (variable: string, condition: Condition) => void,
): void {
  for (const selection of selections) {
    const own = conditionOf(selection.directives ?? [])
    if (own === 'never') continue
    const condition = both(outer, own)
    if (selection.kind === Kind.FIELD)
      for (const argument of selection.arguments ?? [])
        visit(argument, { Variable: ({ name }) => use(name.value, condition) })
    const { selectionSet } =
      selection.kind === Kind.FRAGMENT_SPREAD ? (fragments.get(selection.name.value) ?? {}) : selection
    if (selectionSet !== undefined) collect(selectionSet, condition, fragments, use)
  }
}
