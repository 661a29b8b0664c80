// Against a real redis-server, which .ci/run installs; without one on this machine there is nothing to test.

import { setImmediate } from 'node:timers/promises'
import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isRedisInstalled, RedisProcess } from '../testing/redis.ts'
import { type RedisCounters, redisCounters } from './counters.ts'
import { createQuotas, type Quotas } from './quotas.ts'

test.runIf(process.env.CI)('redis-server is installed where continuous integration runs', () => {
  expect(isRedisInstalled).toBe(true)
})

const log = createLog({ service: 'test', level: 'silent' })

describe.runIf(isRedisInstalled)('quotas in Redis', () => {
  let redis: RedisProcess
  let processes: RedisCounters[]
  beforeEach(async () => {
    redis = new RedisProcess()
    await redis.start()
    processes = []
  })
  afterEach(async () => {
    for (const counters of processes) counters.close()
    redis.signal('SIGCONT')
    await redis.kill()
  })

  /** As another gateway process would count. */
  function another(client_requests_max: number, now_ms?: () => number, user_cost_max?: number): Quotas {
    const counters = redisCounters(redis.url, log, now_ms)
    processes.push(counters)
    const limits = { window_s: 600, client_requests_max, user_operations_max: undefined, user_cost_max }
    return createQuotas(limits, counters.counterOf)
  }

  const left = async (quotas: Quotas) => (await quotas.request('a')).states[0]?.points_left

  /** Asks until Redis counts: a process counts for itself before it is connected. */
  async function whenShared(quotas: Quotas): Promise<void> {
    const witness = another(1_000_000)
    for (let before = await left(witness); ; before = await left(witness)) {
      await quotas.request('a')
      const after = await left(witness)
      if (before !== undefined && after !== undefined && before - after === 2) return
      // Counting in the process waits for nothing, and would not let a socket be heard.
      await setImmediate()
    }
  }

  test('are shared by all processes', async () => {
    const [one, other] = [another(1_000_000), another(1_000_000)]
    await whenShared(one)
    await whenShared(other)
    const before = (await left(one)) ?? 0
    expect([await left(other), await left(one)]).toEqual([before - 1, before - 2])
  })

  test('do not count what is refused', async () => {
    const [one, other] = [another(1_000_000, undefined, 1_000), another(1_000_000, undefined, 1_000)]
    await whenShared(one)
    await whenShared(other)
    const spend = async (quotas: Quotas, cost: number) => {
      const { refusal, states } = await quotas.operation(ANONYMOUS, 'a', cost)
      return [refusal?.extensions.code ?? 'runs', states[0]?.points_left]
    }
    expect(await spend(one, 499)).toEqual(['runs', 501])
    expect(await spend(other, 900)).toEqual(['RATE_LIMITED', 501])
    expect(await Promise.all([spend(one, 300), spend(other, 300), spend(one, 201)])).toSatisfy(
      (spent: unknown[][]) => spent.filter(([code]) => code === 'runs').length === 2,
    )
    expect(await spend(other, 1_000)).toMatchObject(['RATE_LIMITED', expect.any(Number)])
  })

  test.each<[string, (server: RedisProcess) => unknown]>([
    ['is gone', (server) => server.kill()],
    ['hangs', (server) => server.signal('SIGSTOP')],
  ])('are counted in the process while Redis %s', async (_, break_) => {
    const quotas = another(1_000_000)
    await whenShared(quotas)
    await break_(redis)
    // The first may still have been counted there.
    await quotas.request('a')
    const before = (await left(quotas)) ?? 0
    expect(before).toBeGreaterThan(999_000)
    expect(await left(quotas)).toBe(before - 1)
  })

  test('wait for a Redis that hangs once, and are counted in the process at once for a second', async () => {
    let clock = () => performance.now()
    const quotas = another(1_000_000, () => clock())
    await whenShared(quotas)
    const now_ms = clock()
    clock = () => now_ms
    redis.signal('SIGSTOP')
    // The first few may still have been counted there; the next one waits.
    for (let count = 0; count < 10 && !(await isAtOnce(quotas)); count++);
    for (let count = 0; count < 10; count++) expect(await isAtOnce(quotas)).toBe(true)
    clock = () => now_ms + 999
    expect(await isAtOnce(quotas)).toBe(true)
    clock = () => now_ms + 1_000
    expect(await isAtOnce(quotas)).toBe(false)
    redis.signal('SIGCONT')
    clock = () => performance.now() + 2_000
    await whenShared(quotas)
  })

  /** Whether a request is counted without waiting for anything outside of the process. */
  async function isAtOnce(quotas: Quotas): Promise<boolean> {
    const counted = quotas.request('a')
    const isFirst = await Promise.race([counted.then(() => true), setImmediate(false)])
    await counted
    return isFirst
  }

  test('are in Redis again once it is back', async () => {
    const quotas = another(1_000_000)
    await whenShared(quotas)
    await redis.kill()
    await quotas.request('a')
    await redis.start()
    await whenShared(quotas)
  })

  test('are told to be counted in the process where Redis takes the connection and never speaks', async () => {
    redis.signal('SIGSTOP')
    const logged: string[] = []
    const destination = { write: (line: string) => void logged.push(JSON.parse(line).msg) }
    const counters = redisCounters(redis.url, createLog({ service: 'test', level: 'info', destination }))
    processes.push(counters)
    while (logged.length === 0) await setImmediate()
    expect(logged).toEqual(['quotas are counted in this process: Redis does not answer'])
  })

  test('do not keep a gateway from starting without it', async () => {
    await redis.kill()
    const quotas = another(1)
    expect((await quotas.request('a')).refusal).toBeUndefined()
    expect((await quotas.request('a')).refusal?.extensions.code).toBe('RATE_LIMITED')
  })
})
