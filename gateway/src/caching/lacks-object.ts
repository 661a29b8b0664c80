import { type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql'

/** The response keys under which there are objects, and what is below them. */
type ObjectKeys = Map<string, ObjectKeys>

/** Whether data lacks an object that was asked for: it says that something is not there, which may change any moment. */
export type LacksObject = (data: unknown) => boolean

/** Compiles the question for one selection, whatever types its fragments are on. */
export function compileLacksObject(
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): LacksObject {
  const keys: ObjectKeys = new Map()
  collect(selectionSet, fragments, keys)
  return (data) => lacks(data, keys)
}

function collect(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  into: ObjectKeys,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      if (selection.selectionSet === undefined) continue
      const key = selection.alias?.value ?? selection.name.value
      const below: ObjectKeys = into.get(key) ?? new Map()
      into.set(key, below)
      collect(selection.selectionSet, fragments, below)
    } else {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (fragment !== undefined) collect(fragment.selectionSet, fragments, into)
    }
  }
}

function lacks(value: unknown, keys: ObjectKeys): boolean {
  if (value === null) return true
  if (Array.isArray(value)) return value.some((item) => lacks(item, keys))
  if (typeof value !== 'object') return false
  for (const [key, below] of keys) {
    const part = (value as Record<string, unknown>)[key]
    if (part !== undefined && lacks(part, below)) return true
  }
  return false
}
