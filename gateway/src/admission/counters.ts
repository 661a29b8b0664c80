import type { Log } from '@carriergraph/shared/log.ts'
import { createClient } from '@redis/client'
import { RateLimiterMemory, RateLimiterRedis, RLWrapperTimeouts } from 'rate-limiter-flexible'
import type { CounterFactory } from './quotas.ts'

/** Counts in this process: several processes give a client as many quotas. */
export const memoryCounters: CounterFactory = (name, points, duration) =>
  new RateLimiterMemory({ keyPrefix: name, points, duration })

export interface RedisCounters {
  readonly counterOf: CounterFactory
  close(): void
}

const KEY_PREFIX = 'gateway:quota:'
/** A request waits no longer for its count. What Redis does not answer in that time is counted in this process. */
const ANSWER_MS_MAX = 100
const CONNECT_MS_MAX = 2_000
const RECONNECT_MS = 1_000

/**
 * Counts in a Redis that all processes share. While it is away each counts for itself, and the gateway starts without it
 * as well: a counter that is down must not take the graph with it.
 */
export function redisCounters(url: string, log: Log): RedisCounters {
  const client = createClient({
    url,
    // What was not counted in time is counted elsewhere: it must not be counted later as well.
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECT_MS_MAX, reconnectStrategy: () => RECONNECT_MS },
  })
  let isTold = false
  client.on('error', (error: unknown) => {
    if (!isTold) log.warn({ err: error }, 'quotas are counted in this process: Redis cannot be reached')
    isTold = true
  })
  client.on('ready', () => {
    if (isTold) log.info('quotas are counted in Redis again')
    isTold = false
  })
  client.connect().catch((error: unknown) => log.warn({ err: error }, 'Redis cannot be reached'))

  return {
    counterOf: (name, points, duration) =>
      new RLWrapperTimeouts({
        timeoutMs: ANSWER_MS_MAX,
        limiter: new RateLimiterRedis({
          storeClient: client,
          useRedisPackage: true,
          rejectIfRedisNotReady: true,
          keyPrefix: KEY_PREFIX + name,
          points,
          duration,
          insuranceLimiter: new RateLimiterMemory({ keyPrefix: name, points, duration }),
        }),
      }),
    close: () => client.destroy(),
  }
}
