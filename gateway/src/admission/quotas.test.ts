import { type Actor, ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryCounters } from './counters.ts'
import { createQuotas, type QuotaLimits } from './quotas.ts'

const NONE: QuotaLimits = {
  window_s: 60,
  client_requests_max: undefined,
  user_operations_max: undefined,
  user_cost_max: undefined,
}
const user = (subject: string, tenant = 'acme'): Actor => ({ ...ANONYMOUS, kind: 'user', subject, tenant })
const quotasOf = (limits: Partial<QuotaLimits>) => createQuotas({ ...NONE, ...limits }, memoryCounters)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('the request behind the last of a window is refused, and says when the next begins', async () => {
  const quotas = quotasOf({ client_requests_max: 2 })
  const state = { name: 'client', points_max: 2, window_s: 60, reset_s: 60 }
  expect(await quotas.request('a')).toEqual({ states: [{ ...state, points_left: 1 }], refusal: undefined })
  expect(await quotas.request('a')).toEqual({ states: [{ ...state, points_left: 0 }], refusal: undefined })
  vi.advanceTimersByTime(20_000)
  const { refusal, states } = await quotas.request('a')
  expect(states).toEqual([{ ...state, points_left: 0, reset_s: 40 }])
  expect(refusal?.extensions).toEqual({
    code: 'RATE_LIMITED',
    quota: 'client',
    limit: 2,
    window_s: 60,
    retryAfter_s: 40,
  })
  vi.advanceTimersByTime(40_000)
  expect((await quotas.request('a')).refusal).toBeUndefined()
})

test('clients are counted apart, addresses of one IPv6 network together', async () => {
  const quotas = quotasOf({ client_requests_max: 1 })
  const refused = async (address: string) => (await quotas.request(address)).refusal !== undefined
  expect([await refused('192.0.2.1'), await refused('192.0.2.2'), await refused('192.0.2.1')]).toEqual([
    false,
    false,
    true,
  ])
  expect([await refused('2001:db8::1'), await refused('2001:db8::2')]).toEqual([false, true])
})

describe('operations', () => {
  test.each<[string, [Actor, string][], boolean]>([
    [
      'of one user from two addresses count together',
      [
        [user('u'), 'a'],
        [user('u'), 'b'],
      ],
      true,
    ],
    [
      'of two users behind one address do not',
      [
        [user('u'), 'a'],
        [user('v'), 'a'],
      ],
      false,
    ],
    [
      'of two tenants’ users of one name do not',
      [
        [user('u', 'one'), 'a'],
        [user('u', 'two'), 'a'],
      ],
      false,
    ],
    [
      'of nobody count for the address',
      [
        [ANONYMOUS, 'a'],
        [ANONYMOUS, 'a'],
      ],
      true,
    ],
    [
      'of nobody from two addresses do not',
      [
        [ANONYMOUS, 'a'],
        [ANONYMOUS, 'b'],
      ],
      false,
    ],
  ])('%s', async (_, [first, second], expected) => {
    const quotas = quotasOf({ user_operations_max: 1 })
    if (first === undefined || second === undefined) throw new Error('two are needed')
    await quotas.operation(...first, 1)
    expect((await quotas.operation(...second, 1)).refusal !== undefined).toBe(expected)
  })

  test('pay their cost, rounded up; what costs nothing is free', async () => {
    const quotas = quotasOf({ user_operations_max: 10, user_cost_max: 100 })
    const spend = async (cost: number) => (await quotas.operation(user('u'), 'a', cost)).refusal?.extensions.quota
    expect(await spend(98.5)).toBeUndefined()
    expect(await spend(0)).toBeUndefined()
    expect(await spend(1)).toBeUndefined()
    expect(await spend(1)).toBe('cost')
    expect(await spend(0)).toBeUndefined()
  })

  test('that are refused pay nothing, also those of one moment', async () => {
    const quotas = quotasOf({ user_cost_max: 1_000 })
    const spend = async (cost: number) => {
      const { refusal, states } = await quotas.operation(user('u'), 'a', cost)
      return [refusal?.extensions.code ?? 'runs', states.at(-1)?.points_left]
    }
    expect(await Promise.all([499, 900, 501, 1].map(spend))).toEqual([
      ['runs', 501],
      ['RATE_LIMITED', 501],
      ['runs', 0],
      ['RATE_LIMITED', 0],
    ])
    vi.advanceTimersByTime(60_000)
    expect(await spend(900)).toEqual(['runs', 100])
  })

  test('that cost more than a whole window allows are told so, and are counted as operations', async () => {
    const quotas = quotasOf({ user_operations_max: 2, user_cost_max: 100 })
    const refusalOf = async (cost: number) => (await quotas.operation(user('u'), 'a', cost)).refusal?.extensions
    expect(await refusalOf(101)).toEqual({ code: 'OPERATION_TOO_COSTLY', cost: 101, limit: 100 })
    expect(await refusalOf(100)).toBeUndefined()
    expect(await refusalOf(101)).toMatchObject({ code: 'RATE_LIMITED', quota: 'user' })
  })
})

test('what is not limited is not counted', async () => {
  const quotas = quotasOf({})
  expect(await quotas.request('a')).toEqual({ states: [], refusal: undefined })
  expect(await quotas.operation(ANONYMOUS, 'a', 1e9)).toEqual({ states: [], refusal: undefined })
})
