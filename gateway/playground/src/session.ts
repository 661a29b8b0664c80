import type { StorageAPI } from '@graphiql/toolkit'
import type { PlaygroundTab } from '../../src/playground/config.ts'
import { mergeTabs, type StoredTabs } from './tabs.ts'

/** GraphiQL's own keys, and ours beside them. */
const TABS_KEY = 'tabState'
const QUERY_KEY = 'query'
const VARIABLES_KEY = 'variables'
const OFFERED_KEY = 'carriergraph:offered'

/** What an earlier version of this page or of GraphiQL left in a form that no longer fits counts as nothing. */
function readJson<Value>(storage: StorageAPI, key: string, isValue: (value: unknown) => value is Value): Value | null {
  try {
    const value: unknown = JSON.parse(storage.get(key) ?? 'null')
    return isValue(value) ? value : null
  } catch {
    return null
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isStoredTabs = (value: unknown): value is StoredTabs =>
  isObject(value) &&
  typeof value.activeTabIndex === 'number' &&
  Array.isArray(value.tabs) &&
  value.tabs.length > 0 &&
  value.tabs.every((tab) => isObject(tab) && typeof tab.id === 'string')

const isExamples = (value: unknown): value is PlaygroundTab[] =>
  Array.isArray(value) && value.every((example) => isObject(example) && typeof example.name === 'string')

// Not crypto.randomUUID: it is missing where the page is served over plain http from another host than localhost.
const newId = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-')

/**
 * Writes the tabs to open into GraphiQL's storage, which it reads when it is mounted. GraphiQL's `defaultTabs` would
 * only do on an empty storage, and would leave the first tab's variables out.
 */
export function prepareSession(storage: StorageAPI, examples: readonly PlaygroundTab[]): void {
  const stored = readJson(storage, TABS_KEY, isStoredTabs)
  const offered = readJson(storage, OFFERED_KEY, isExamples) ?? []
  const session = mergeTabs(stored, offered, examples, newId)
  storage.set(OFFERED_KEY, JSON.stringify(examples))
  if (session.tabs.length === 0) return
  storage.set(TABS_KEY, JSON.stringify(session))
  const active = session.tabs[session.activeTabIndex]
  // The text of the active tab is stored here too, and sooner: what was typed just before a reload stands only here.
  if (stored !== null && active === stored.tabs[stored.activeTabIndex]) return
  storage.set(QUERY_KEY, active?.query ?? '')
  storage.set(VARIABLES_KEY, active?.variables ?? '')
}
