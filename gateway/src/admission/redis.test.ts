// Against a real redis-server, which .ci/run installs; without one on this machine there is nothing to test.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { createLog } from '@carriergraph/shared/log.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type RedisCounters, redisCounters } from './counters.ts'
import { createQuotas, type Quotas } from './quotas.ts'

const isInstalled = spawnSync('redis-server', ['--version']).status === 0

test.runIf(process.env.CI)('redis-server is installed where continuous integration runs', () => {
  expect(isInstalled).toBe(true)
})

const log = createLog({ service: 'test', level: 'silent' })

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function startRedis(port: number): Promise<ChildProcess> {
  const redis = spawn('redis-server', [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ])
  for await (const line of redis.stdout) if (String(line).includes('Ready to accept connections')) break
  return redis
}

async function stop(redis: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (redis.exitCode !== null || redis.signalCode !== null) return
  redis.kill(signal)
  await once(redis, 'exit')
}

describe.runIf(isInstalled)('quotas in Redis', () => {
  let port: number
  let redis: ChildProcess
  let processes: RedisCounters[]
  beforeEach(async () => {
    port = await freePort()
    redis = await startRedis(port)
    processes = []
  })
  afterEach(async () => {
    for (const counters of processes) counters.close()
    redis.kill('SIGCONT')
    await stop(redis)
  })

  /** As another gateway process would count. */
  function another(client_requests_max: number): Quotas {
    const counters = redisCounters(`redis://127.0.0.1:${port}`, log)
    processes.push(counters)
    const limits = { window_s: 600, client_requests_max, user_operations_max: undefined, user_cost_max: undefined }
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

  test.each<[string, (server: ChildProcess) => unknown]>([
    ['is gone', (server) => stop(server, 'SIGKILL')],
    ['hangs', (server) => server.kill('SIGSTOP')],
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

  test('are in Redis again once it is back', async () => {
    const quotas = another(1_000_000)
    await whenShared(quotas)
    await stop(redis, 'SIGKILL')
    await quotas.request('a')
    redis = await startRedis(port)
    await whenShared(quotas)
  })

  test('do not keep a gateway from starting without it', async () => {
    await stop(redis, 'SIGKILL')
    const quotas = another(1)
    expect((await quotas.request('a')).refusal).toBeUndefined()
    expect((await quotas.request('a')).refusal?.extensions.code).toBe('RATE_LIMITED')
  })
})
