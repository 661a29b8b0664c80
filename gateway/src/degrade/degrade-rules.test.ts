import { fixedClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import { DegradeRules } from './degrade-rules.ts'
import { type DegradeRule, parseDegradeRules } from './rule.ts'

const clock = fixedClock(new Date('2026-01-01T00:00:00Z'))
let lines: { msg: string; rule: unknown; changedBy?: string }[]
let rules: DegradeRules
beforeEach(() => {
  lines = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  rules = new DegradeRules(clock, createLog({ service: 'test', level: 'info', destination }))
})

const none = () => new Set<string>()
const parsed = (...list: readonly unknown[]): readonly DegradeRule[] =>
  parseDegradeRules(JSON.stringify({ rules: list }))
const ERRORS = { name: 'errors', subgraph: 'a', when: { errorRate: 0.5, calls_min: 4, window_s: 10 }, action: 'SKIP' }
const SLOW = { name: 'slow', subgraph: 'a', when: { latency_p95_ms: 100, calls_min: 20 }, action: 'STALE' }

/** Good or bad calls, in their order. */
const record = (...bad: readonly boolean[]) => {
  for (const isBad of bad) rules.record('a', none, { failed: isBad, duration_ms: isBad ? 101 : 100 })
}
const times = (count: number, isBad: boolean) => Array.from({ length: count }, () => isBad)
const actingName = (subgraph = 'a', fieldsOf = none) => rules.acting(subgraph, fieldsOf)?.name

describe('a rule about errors', () => {
  beforeEach(() => rules.replace(parsed(ERRORS), 'test'))

  test.each([
    ['too few calls', times(3, true), undefined],
    ['enough of them bad', [true, true, false, false], 'errors'],
    ['not enough of them bad', [true, true, false, false, false], undefined],
  ])('with %s', (_, calls, expected) => {
    record(...calls)
    expect(actingName()).toBe(expected)
  })

  test('forgets calls when the window has moved on', () => {
    record(...times(4, true))
    clock.advance(9_000)
    expect(actingName()).toBe('errors')
    clock.advance(1_001)
    expect(actingName()).toBeUndefined()
    expect(rules.list()).toMatchObject([{ state: 'WATCHING', calls: 0 }])
  })

  test('counts nothing twice when the slots of the window come around again', () => {
    record(...times(2, true))
    clock.advance(10_000)
    record(...times(2, true))
    expect(rules.list()).toMatchObject([{ calls: 2 }])
  })

  test('says when it begins and ends, once', () => {
    record(...times(4, true))
    rules.acting('a', none)
    rules.acting('a', none)
    clock.advance(20_000)
    rules.acting('a', none)
    rules.acting('a', none)
    expect(lines.map(({ msg }) => msg)).toEqual([
      'a degrade rule was added',
      'a degrade rule is at work',
      'a degrade rule is no longer at work',
    ])
  })
})

test('a rule about latency acts when more than one call in twenty is slower', () => {
  rules.replace(parsed(SLOW), 'test')
  record(...times(19, false), true)
  expect(actingName()).toBeUndefined()
  record(true)
  expect(actingName()).toBe('slow')
})

test('a rule without a condition acts while it is enabled; of several, one that skips goes first', () => {
  const stale = { name: 'stale', subgraph: 'a', action: 'STALE' }
  const skip = { name: 'skip', subgraph: 'a', action: 'SKIP' }
  rules.replace(parsed(stale, skip), 'test')
  expect([actingName(), actingName('b'), rules.concern('b')]).toEqual(['skip', undefined, false])
  rules.replace(parsed(stale, { ...skip, enabled: false }), 'test')
  expect(actingName()).toBe('stale')
  expect(rules.list().map(({ state }) => state)).toEqual(['ACTING', 'OFF'])
  rules.replace([], 'test')
  expect([actingName(), rules.concern('a')]).toEqual([undefined, false])
})

test('a rule about fields is about calls that ask for one of them', () => {
  rules.replace(parsed({ name: 'fields', subgraph: 'a', action: 'SKIP', fields: ['A.b', 'A.c'] }), 'test')
  expect(actingName('a', () => new Set(['A.c', 'A.d']))).toBe('fields')
  expect(actingName('a', () => new Set(['A.d']))).toBeUndefined()
})

test('each change is logged with who made it', () => {
  rules.replace(parsed(ERRORS, SLOW), 'one')
  rules.replace(parsed({ ...ERRORS, enabled: false }), 'two')
  rules.replace(parsed({ ...ERRORS, enabled: false }), 'three')
  expect(lines.map(({ msg, changedBy }) => [msg, changedBy])).toEqual([
    ['a degrade rule was added', 'one'],
    ['a degrade rule was added', 'one'],
    ['a degrade rule was changed', 'two'],
    ['a degrade rule was removed', 'two'],
  ])
})

test('a rule keeps what it has measured unless it measures something else', () => {
  rules.replace(parsed(ERRORS), 'test')
  record(...times(4, true))
  rules.replace(parsed({ ...ERRORS, action: 'STALE' }), 'test')
  expect(rules.list()).toMatchObject([{ calls: 4, state: 'ACTING' }])
  rules.replace(parsed({ ...ERRORS, when: { ...ERRORS.when, window_s: 11 } }), 'test')
  expect(rules.list()).toMatchObject([{ calls: 0, state: 'WATCHING' }])
})

describe('a rule that refuses operations', () => {
  const REFUSE = { name: 'refuse', action: 'REFUSE', operations: ['A'] }

  test.each([
    ['those that it names', REFUSE, 'A', undefined, true],
    ['not others', REFUSE, 'B', undefined, false],
    ['not one without a name', REFUSE, undefined, 'web', false],
    ['all of the clients that it names', { ...REFUSE, operations: undefined, clients: ['web'] }, 'B', 'web', true],
    ['of both those of these clients', { ...REFUSE, clients: ['web'] }, 'A', 'web', true],
    ['of both not those of others', { ...REFUSE, clients: ['web'] }, 'A', undefined, false],
    ['nothing when it is off', { ...REFUSE, enabled: false }, 'A', undefined, false],
    ['nothing while the subgraph is well', { ...REFUSE, subgraph: 'a', when: ERRORS.when }, 'A', undefined, false],
  ])('refuses %s', (_, rule, operation, client, expected) => {
    rules.replace(parsed(rule), 'test')
    expect(rules.refusing(operation, client)?.name).toBe(expected ? 'refuse' : undefined)
  })

  test('measures calls of its subgraph, and keeps none away from it', () => {
    rules.replace(parsed({ ...REFUSE, subgraph: 'a', when: ERRORS.when }), 'test')
    record(...times(4, true))
    expect([rules.refusing('A', undefined)?.retryAfter_s, actingName()]).toEqual([30, undefined])
    expect(lines.at(-1)?.msg).toBe('a degrade rule is at work')
    clock.advance(10_001)
    expect(rules.refusing('A', undefined)).toBeUndefined()
  })
})

test.each([
  ['no JSON', '{', /JSON/],
  ['no list', '{}', /rules/],
  ['an unknown action', { ...ERRORS, action: 'EXPLODE' }, /action/],
  ['an unknown member', { ...ERRORS, colour: 'red' }, /colour/],
  ['both conditions', { ...ERRORS, when: { errorRate: 0.1, latency_p95_ms: 5 } }, /when/],
  ['a share above 1', { ...ERRORS, when: { errorRate: 1.5 } }, /when/],
  ['REFUSE of nothing in particular', { name: 'a', action: 'REFUSE' }, /operations or clients/],
  ['REFUSE by a measure of no subgraph', { name: 'a', action: 'REFUSE', clients: ['a'], when: ERRORS.when }, /when/],
  ['SKIP of operations', { ...ERRORS, operations: ['A'] }, /operations/],
  ['a field that is no coordinate', { ...ERRORS, fields: ['title'] }, /fields/],
])('%s is refused', (_, rule, message) => {
  const text = typeof rule === 'string' ? rule : JSON.stringify({ rules: [rule] })
  expect(() => parseDegradeRules(text)).toThrow(message)
})

test('two rules of one name are refused', () => {
  expect(() => parsed(ERRORS, ERRORS)).toThrow('two rules have the same name')
})
