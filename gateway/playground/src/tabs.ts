import type { PlaygroundTab } from '../../src/playground/config.ts'

/** A tab in the form in which GraphiQL keeps it in the browser's storage. */
type StoredTab = {
  readonly id: string
  readonly title: string
  readonly query: string | null
  readonly variables: string | null
  readonly headers: string | null
  readonly operationName: string | null
  readonly response: string | null
}

export type StoredTabs = { readonly tabs: readonly StoredTab[]; readonly activeTabIndex: number }

const sameContent = (tab: StoredTab, example: PlaygroundTab): boolean =>
  (tab.query ?? '') === example.query && (tab.variables ?? '') === example.variables

const sameExample = (a: PlaygroundTab, b: PlaygroundTab): boolean =>
  a.name === b.name && a.query === b.query && a.variables === b.variables

/** The name of the first operation of a document, as GraphiQL finds it for the title of a tab; null without one. */
export const operationName = (query: string): string | null =>
  /^\s*(?:query|mutation|subscription)\s+(\w+)/m.exec(query)?.[1] ?? null

const openTab = (example: PlaygroundTab, id: string): StoredTab => ({
  id,
  title: operationName(example.query) ?? example.name,
  query: example.query,
  variables: example.variables,
  headers: null,
  operationName: operationName(example.query),
  response: null,
})

/**
 * The tabs to open: what the user left behind, with their edits, plus every example that this browser has not been
 * offered yet. A newer version of an example replaces its old one only where the user has not touched that; a tab
 * that the user closed stays closed.
 *
 * @param stored the tabs of the last visit, null on the first
 * @param offered the examples as they were on the last visit
 */
export function mergeTabs(
  stored: StoredTabs | null,
  offered: readonly PlaygroundTab[],
  examples: readonly PlaygroundTab[],
  newId: () => string,
): StoredTabs {
  const tabs = [...(stored?.tabs ?? [])]
  // Without stored tabs nothing of what was offered is left, so everything is offered again.
  const known = stored === null ? [] : offered
  for (const example of examples) {
    if (known.some((old) => sameExample(old, example))) continue
    const outdated = known.filter((old) => old.name === example.name)
    const untouched = tabs.findIndex((tab) => outdated.some((old) => sameContent(tab, old)))
    const id = tabs[untouched]?.id ?? newId()
    tabs.splice(untouched === -1 ? tabs.length : untouched, 1, openTab(example, id))
  }
  const lastTabIndex = Math.max(tabs.length - 1, 0)
  return { tabs, activeTabIndex: Math.min(Math.max(stored?.activeTabIndex ?? 0, 0), lastTabIndex) }
}
