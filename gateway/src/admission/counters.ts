import type { Log } from '@carriergraph/shared/log.ts'
import { createClient } from '@redis/client'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, RLWrapperTimeouts } from 'rate-limiter-flexible'
import { watchForSilence } from '../redis-silence.ts'
import type { CounterFactory } from './quotas.ts'

/** Counts in this process: several processes give a client as many quotas. */
export const memoryCounters: CounterFactory = (name, points, duration) => {
  const limiter = new RateLimiterMemory({ keyPrefix: name, points, duration })
  let turn: Promise<unknown> = Promise.resolve()

  async function take(key: string, spent: number): Promise<RateLimiterRes> {
    const counted = await limiter.get(key)
    const isRefused = counted !== null && counted.msBeforeNext > 0 && counted.consumedPoints + spent > points
    if (isRefused) throw counted
    return limiter.consume(key, spent)
  }

  return {
    consume(key, spent) {
      // The limiter would count what it refuses, so it is asked before, and one after the other for both to be one step.
      const taken = turn.then(() => take(key, spent))
      turn = taken.catch(() => undefined)
      return taken
    },
  }
}

export interface RedisCounters {
  readonly counterOf: CounterFactory
  close(): void
}

const KEY_PREFIX = 'gateway:quota:'
/** A request waits no longer for its count. What Redis does not answer in that time is counted in this process. */
const ANSWER_MS_MAX = 100
const CONNECT_MS_MAX = 2_000
const RECONNECT_MS = 1_000
/** For so long Redis is left alone after it did not answer, and every process counts for itself. */
const REST_MS = 1_000

/** The limiter's own counts what it refuses, too. Answers with what would be counted, and when the window ends. */
const TAKE_SCRIPT = `
redis.call('set', KEYS[1], 0, 'EX', ARGV[2], 'NX')
local counted = tonumber(redis.call('get', KEYS[1])) + tonumber(ARGV[1])
if counted <= tonumber(ARGV[3]) then redis.call('incrby', KEYS[1], ARGV[1]) end
return { counted, redis.call('pttl', KEYS[1]) }`

/**
 * Counts in a Redis that all processes share. While it is away or hangs each counts for itself, and the gateway starts
 * without it as well: a counter that is down must not take the graph with it, nor hold up every request.
 * @param now_ms of a clock that does not go back
 */
export function redisCounters(url: string, log: Log, now_ms = (): number => performance.now()): RedisCounters {
  const client = createClient({
    url,
    // What was not counted in time is counted elsewhere: it must not be counted later as well.
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECT_MS_MAX, reconnectStrategy: () => RECONNECT_MS },
  })
  let restsUntil_ms = Number.NEGATIVE_INFINITY
  let isTold = false

  function failed(error: unknown): void {
    restsUntil_ms = now_ms() + REST_MS
    if (!isTold) log.warn({ err: error }, 'quotas are counted in this process: Redis does not answer')
    isTold = true
  }

  function answered(): void {
    if (isTold) log.info('quotas are counted in Redis again')
    isTold = false
  }

  client.on('error', failed)
  client.on('ready', () => {
    restsUntil_ms = Number.NEGATIVE_INFINITY
    answered()
  })
  watchForSilence(client, CONNECT_MS_MAX, failed)
  client.connect().catch(failed)

  const counterOf: CounterFactory = (name, points, duration) => {
    const own = memoryCounters(name, points, duration)
    const shared = new RLWrapperTimeouts({
      timeoutMs: ANSWER_MS_MAX,
      limiter: new RateLimiterRedis({
        storeClient: client,
        useRedisPackage: true,
        keyPrefix: KEY_PREFIX + name,
        points,
        duration,
        customIncrTtlLuaScript: TAKE_SCRIPT,
      }),
    })
    return {
      async consume(key, spent) {
        if (!client.isReady || now_ms() < restsUntil_ms) return own.consume(key, spent)
        try {
          const left = await shared.consume(key, spent)
          answered()
          return left
        } catch (error) {
          if (error instanceof RateLimiterRes) {
            const counted = error.consumedPoints - spent
            throw new RateLimiterRes(Math.max(0, points - counted), error.msBeforeNext, counted)
          }
          failed(error)
          return own.consume(key, spent)
        }
      },
    }
  }

  return { counterOf, close: () => client.destroy() }
}
