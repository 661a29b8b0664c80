import type { IncomingMessage, ServerResponse } from 'node:http'
import { CORRELATION_HEADER, withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { ErrorFormatter } from '@carriergraph/shared/edge-errors.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { sendError } from '@carriergraph/shared/server/errors.ts'
import { headerOf } from '@carriergraph/shared/server/header.ts'
import type { AdminHandler } from './admin.ts'
import { answeredPreflight, type OriginRule } from './cors.ts'
import type { Readiness } from './readiness.ts'
import { pathOf } from './request-path.ts'
import { sendJson } from './send-json.ts'

export interface RoutesOptions {
  readonly graphqlPath: string
  readonly graphql: (request: IncomingMessage, response: ServerResponse, correlationId: string) => Promise<void>
  readonly allowOrigin: OriginRule
  readonly readiness: () => Promise<Readiness>
  readonly admin: AdminHandler
  /** Answers what is the playground's and returns true; false leaves the request to the others. */
  readonly playground: (request: IncomingMessage, response: ServerResponse) => boolean
  readonly format: ErrorFormatter
  readonly log: Log
}

/** Every route of the gateway over HTTP. */
export function createRoutes(options: RoutesOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { graphqlPath, graphql, allowOrigin, readiness, admin, playground, format, log } = options

  async function route(request: IncomingMessage, response: ServerResponse, correlationId: string): Promise<void> {
    const path = pathOf(request)
    if (path === graphqlPath) {
      if (!answeredPreflight(request, response, allowOrigin)) await graphql(request, response, correlationId)
    } else if (path === '/health/live') sendJson(response, 200, { status: 'live' })
    else if (path === '/health/ready') {
      const answer = await readiness()
      sendJson(response, answer.status === 'ready' || answer.status === 'degraded' ? 200 : 503, answer)
    } else if (await admin(request, response, path)) return
    else if (!playground(request, response)) sendJson(response, 404, { message: 'Not found' })
  }

  return (request, response) => {
    withCorrelation(headerOf(request, CORRELATION_HEADER), (correlationId) => {
      response.setHeader(CORRELATION_HEADER, correlationId)
      route(request, response, correlationId).catch((error: unknown) => {
        if (request.errored) log.debug({ err: request.errored }, 'the client left before its request was read')
        else sendError(response, error, format)
      })
    })
  }
}
