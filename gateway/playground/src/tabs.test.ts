import { describe, expect, it } from 'vitest'
import type { PlaygroundTab } from '../../src/playground/config.ts'
import { mergeTabs, operationName, type StoredTabs } from './tabs.ts'

const example = (name: string, query = `query ${name} { a }`, variables = ''): PlaygroundTab => ({
  name,
  query,
  variables,
})
const ids = (): (() => string) => {
  let last = 0
  return () => `new-${++last}`
}
const merge = (stored: StoredTabs | null, offered: PlaygroundTab[], examples: PlaygroundTab[]): StoredTabs =>
  mergeTabs(stored, offered, examples, ids())
const queries = ({ tabs }: StoredTabs): (string | null)[] => tabs.map((tab) => tab.query)

const users = example('Users')
const slices = example('Slices', 'query Slices { b }', '{ "first": 3 }')
const alerts = example('Alerts', '# Live\nsubscription Alerts { c }')

const visited = merge(null, [], [users, slices])
const edited: StoredTabs = {
  ...visited,
  tabs: visited.tabs.map((tab, index) => (index === 0 ? { ...tab, query: 'query Users { mine }' } : tab)),
}

describe('tabs of the playground', () => {
  it('opens one tab per example on the first visit, the first of them active', () => {
    expect(visited.activeTabIndex).toBe(0)
    expect(visited.tabs.map(({ title, query, variables }) => [title, query, variables])).toEqual([
      ['Users', users.query, ''],
      ['Slices', slices.query, '{ "first": 3 }'],
    ])
  })

  it('leaves the edits, the order and the active tab of the last visit alone', () => {
    const again = merge({ ...edited, activeTabIndex: 1 }, [users, slices], [users, slices])
    expect(again).toEqual({ ...edited, activeTabIndex: 1 })
  })

  it('adds an example that is new since the last visit behind the tabs of the user', () => {
    expect(queries(merge(edited, [users, slices], [alerts, users, slices]))).toEqual([
      'query Users { mine }',
      slices.query,
      alerts.query,
    ])
  })

  it('does not bring back a tab that the user closed', () => {
    const closed = { tabs: visited.tabs.slice(1), activeTabIndex: 0 }
    expect(queries(merge(closed, [users, slices], [users, slices]))).toEqual([slices.query])
  })

  it('replaces an untouched example by its newer version in place', () => {
    const newer = { ...slices, query: 'query Slices { b c }' }
    const merged = merge(visited, [users, slices], [users, newer])
    expect(queries(merged)).toEqual([users.query, newer.query])
    expect(merged.tabs[1]?.id).toBe(visited.tabs[1]?.id)
  })

  it('opens the newer version of an edited example beside the edited one', () => {
    const newer = example('Users', 'query Users { a b }')
    expect(queries(merge(edited, [users, slices], [newer, slices]))).toEqual([
      'query Users { mine }',
      slices.query,
      newer.query,
    ])
  })

  it('opens every example again when the browser has lost the tabs but not the list of what was offered', () => {
    expect(queries(merge(null, [users, slices], [users, slices]))).toEqual([users.query, slices.query])
  })

  it('keeps the active tab within the tabs when the stored one is out of range', () => {
    expect(merge({ ...visited, activeTabIndex: 9 }, [users, slices], [users, slices]).activeTabIndex).toBe(1)
    expect(merge({ ...visited, activeTabIndex: -1 }, [users, slices], [users, slices]).activeTabIndex).toBe(0)
  })
})

describe('operation name', () => {
  it.each([
    ['query Users { a }', 'Users'],
    ['# the query Users of today\nsubscription Alerts { a }', 'Alerts'],
    ['fragment F on T { a }\n\n  mutation TopUp($input: I!) { a }', 'TopUp'],
    ['{ a }', null],
    ['query { a }', null],
  ])('of %j is %j', (query, name) => {
    expect(operationName(query)).toBe(name)
  })
})
