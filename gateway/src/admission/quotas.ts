import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import type { GraphQLError } from 'graphql'
import { RateLimiterRes } from 'rate-limiter-flexible'
import { gatewayError } from '../errors/codes.ts'
import { operationTooCostly } from '../limits/cost.ts'
import { clientKey } from './client-address.ts'

/** How much of what one window allows. */
export interface QuotaLimits {
  readonly window_s: number
  /** Requests from one client address; undefined where they are not counted, as for the others. */
  readonly client_requests_max: number | undefined
  /** Operations of one user; of one client address where nobody is signed in. */
  readonly user_operations_max: number | undefined
  /** Cost of all operations of one user, or client address. */
  readonly user_cost_max: number | undefined
}

/** Counts points under a key until its window ends; rejects with a RateLimiterRes, uncounted, what is more than is left. */
export interface Counter {
  consume(key: string, points: number): Promise<RateLimiterRes>
}

/** A counter for a quota of `points` in `duration_s`; the same name counts in the same place. */
export type CounterFactory = (name: string, points: number, duration_s: number) => Counter

/** What is left of a quota, for the headers of the answer. */
export interface QuotaState {
  readonly name: string
  readonly points_max: number
  readonly window_s: number
  readonly points_left: number
  readonly reset_s: number
}

export interface Spent {
  readonly states: readonly QuotaState[]
  readonly refusal: GraphQLError | undefined
}

export interface Quotas {
  /** One request, or one message that starts an operation, from a client address. */
  request(address: string): Promise<Spent>
  /** One operation that is about to run. */
  operation(actor: Caller, address: string, cost: number): Promise<Spent>
}

export function createQuotas(limits: QuotaLimits, counterOf: CounterFactory): Quotas {
  const { window_s } = limits
  const quota = (name: string, points_max: number | undefined) =>
    points_max === undefined ? undefined : { name, points_max, counter: counterOf(name, points_max, window_s) }
  const requests = quota('client', limits.client_requests_max)
  const operations = quota('user', limits.user_operations_max)
  const costs = quota('cost', limits.user_cost_max)

  async function spend(from: typeof requests, key: string, points: number): Promise<Spent> {
    if (from === undefined || points === 0) return UNCOUNTED
    const { name, points_max, counter } = from
    const stateOf = ({ remainingPoints, msBeforeNext }: RateLimiterRes): QuotaState => ({
      name,
      points_max,
      window_s,
      points_left: remainingPoints,
      reset_s: Math.max(1, Math.ceil(msBeforeNext / 1_000)),
    })
    try {
      return { states: [stateOf(await counter.consume(key, points))], refusal: undefined }
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      const state = stateOf(error)
      return { states: [state], refusal: rateLimited(state) }
    }
  }

  return {
    request: (address) => spend(requests, clientKey(address), 1),
    async operation(actor, address, cost) {
      const key = actor.kind === 'anonymous' ? clientKey(address) : `${actor.tenant ?? ''}/${actor.subject}`
      const counted = await spend(operations, key, 1)
      if (counted.refusal !== undefined) return counted
      const { user_cost_max } = limits
      // In no window there would be room for it.
      if (user_cost_max !== undefined && cost > user_cost_max)
        return { states: counted.states, refusal: operationTooCostly(cost, user_cost_max) }
      // Points are whole, here and in Redis.
      const paid = await spend(costs, key, Math.ceil(cost))
      return { states: [...counted.states, ...paid.states], refusal: paid.refusal }
    },
  }
}

const UNCOUNTED: Spent = { states: [], refusal: undefined }

const rateLimited = ({ name, points_max, window_s, reset_s }: QuotaState): GraphQLError =>
  gatewayError('RATE_LIMITED', { extensions: { quota: name, limit: points_max, window_s, retryAfter_s: reset_s } })
