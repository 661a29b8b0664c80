import type { Log } from '@carriergraph/shared/log.ts'
import type { GraphQLFormattedError } from 'graphql'
import { Pool } from 'undici'
import { z } from 'zod'
import { gatewayError } from '../errors/codes.ts'
import { forwardedHeaders, type RequestContext } from '../request-context.ts'
import type { Signer } from './signer.ts'

export interface SubgraphLimits {
  /** From the moment a call is made, the wait for a free connection included, to the last byte of its answer. */
  readonly deadline_ms: number
  readonly response_bytes_max: number
  readonly connections_max: number
}

export interface SubgraphResponse {
  readonly data?: Record<string, unknown> | null | undefined
  readonly errors?: GraphQLFormattedError[] | undefined
}

/** Calls one subgraph. */
export interface SubgraphClient {
  readonly name: string
  /**
   * Sends the JSON of a GraphQL request.
   * @throws GraphQLError SUBGRAPH_TIMEOUT or SUBGRAPH_UNAVAILABLE that names the subgraph and never its host
   */
  execute(body: string, context: RequestContext): Promise<SubgraphResponse>
  /** Whether the subgraph says that it can serve; never throws, and answers within the deadline. */
  isReady(): Promise<boolean>
  close(): Promise<void>
}

export interface SubgraphClientOptions {
  readonly name: string
  readonly url: URL
  readonly sign: Signer
  readonly limits: SubgraphLimits
  readonly log: Log
}

const READY_PATH = '/health/ready'

/** Keep-alive connections to one subgraph; each call is signed and has a deadline. */
export function createSubgraphClient({ name, url, sign, limits, log }: SubgraphClientOptions): SubgraphClient {
  const pool = new Pool(url.origin, {
    connections: limits.connections_max,
    maxResponseSize: limits.response_bytes_max,
  })
  const path = url.pathname + url.search

  async function post(body: string, context: RequestContext): Promise<SubgraphResponse> {
    const response = await pool.request({
      path,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...forwardedHeaders(context),
        ...sign('POST', path, body),
      },
      body,
      signal: AbortSignal.timeout(limits.deadline_ms),
    })
    return readAnswer(response.statusCode, await response.body.text())
  }

  return {
    name,
    async execute(body, context) {
      try {
        return await post(body, context)
      } catch (error) {
        const code = isTimeout(error) ? 'SUBGRAPH_TIMEOUT' : 'SUBGRAPH_UNAVAILABLE'
        log.warn({ subgraph: name, code, err: error, correlationId: context.correlationId }, 'subgraph call failed')
        throw gatewayError(code, { extensions: { subgraph: name } })
      }
    },
    async isReady() {
      try {
        const signal = AbortSignal.timeout(limits.deadline_ms)
        const { statusCode, body } = await pool.request({ path: READY_PATH, method: 'GET', signal })
        await body.dump()
        return statusCode === 200
      } catch {
        return false
      }
    },
    close: () => pool.destroy(),
  }
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError'

const answerSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.custom<GraphQLFormattedError>(isFormattedError)).optional(),
})

function isFormattedError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string'
}

/**
 * A GraphQL answer may come with most statuses. What is none, such as a proxy's page, is an outage; so is 503, by which a
 * subgraph says that it is stopping.
 */
function readAnswer(status: number, text: string): SubgraphResponse {
  if (status === 503) throw new Error('the subgraph answered 503')
  const answer = answerSchema.safeParse(jsonOrUndefined(text))
  if (!answer.success || (answer.data.data === undefined && answer.data.errors === undefined))
    throw new Error(`the subgraph answered ${status} with no GraphQL response`)
  return answer.data
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
