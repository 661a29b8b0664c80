import type { IncomingMessage, ServerResponse } from 'node:http'
import { CORRELATION_HEADER, withCorrelation } from '../correlation.ts'
import type { ErrorFormatter } from '../edge-errors.ts'
import type { Log } from '../log.ts'
import { MULTIPLEX_HEADER, MULTIPLEX_VERSION } from '../multiplex/protocol.ts'
import { Refusal } from '../refusal.ts'
import type { AnswerCall, ReceivedCall } from './answer.ts'
import { readBody } from './body.ts'
import { sendError } from './errors.ts'
import { headerOf } from './header.ts'
import { SERVER_REFUSALS } from './refusals.ts'
import type { RequestTelemetry } from './request-telemetry.ts'

export type HttpDoorOptions = {
  readonly answer: AnswerCall
  readonly format: ErrorFormatter
  readonly log: Log
  readonly body_bytes_max: number
  readonly telemetry: RequestTelemetry | undefined
}

/**
 * Answers one POST of the gateway, and says that there is a way with many calls on one connection. Never rejects: what goes
 * wrong is answered, and logged where it is our fault.
 */
export function createHttpDoor({ answer, format, log, body_bytes_max, telemetry }: HttpDoorOptions) {
  return (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    withCorrelation(headerOf(request, CORRELATION_HEADER), async (correlationId) => {
      response.setHeader(CORRELATION_HEADER, correlationId)
      try {
        if (request.method !== 'POST') throw new Refusal('METHOD_NOT_ALLOWED', SERVER_REFUSALS.METHOD_NOT_ALLOWED)
        const { status, headers, body } = await answer(callOf(request, response, body_bytes_max), correlationId)
        response.setHeader(MULTIPLEX_HEADER, MULTIPLEX_VERSION)
        response.writeHead(status, Object.fromEntries(headers)).end(body)
      } catch (error) {
        if (request.errored) log.debug({ err: request.errored }, 'the caller left before its request was read')
        else {
          telemetry?.refused(error)
          sendError(response, error, format)
        }
      }
    })
}

const callOf = (request: IncomingMessage, response: ServerResponse, body_bytes_max: number): ReceivedCall => ({
  method: request.method ?? '',
  path: request.url ?? '',
  headers: request.headers,
  readBody: () => readBody(request, body_bytes_max),
  leaving: () => closedEarly(response),
})

/** Aborts when the connection closes before the answer was written. */
function closedEarly(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}
