import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Freshness } from '../caching/response-cache.ts'
import { type GraphAnswer, textOf } from '../graph/answer.ts'
import type { Observation } from '../telemetry/observation.ts'
import { compress, encodingFor } from './compression.ts'
import { createVary, entityTag, freshnessHeaders, hasAlready } from './freshness.ts'
import { type AnswerType, contentTypeOf, tellsByStatus } from './media-type.ts'
import { setRetryAfter } from './quota-headers.ts'
import { headersOfStatus, statusOf } from './status.ts'

/** Tells developers what their operation counts as, before the day that it is refused. */
const COST_HEADER = 'x-operation-cost'

/** Sends answers of the graph over HTTP: status, type, encoding, and for how long they may be kept. */
export interface AnswerSender {
  send(
    request: IncomingMessage,
    response: ServerResponse,
    type: AnswerType,
    answer: GraphAnswer,
    observation: Observation | undefined,
  ): Promise<void>
  /** `text` is a JSON list of answers. */
  sendList(request: IncomingMessage, response: ServerResponse, type: AnswerType, text: string): Promise<void>
}

/** @param forwardedNames of headers that subgraphs get, and may answer by */
export function createAnswerSender(forwardedNames: readonly string[]): AnswerSender {
  const varyOf = createVary(forwardedNames)

  async function sendText(
    request: IncomingMessage,
    response: ServerResponse,
    type: AnswerType,
    status: number,
    text: string,
    freshness?: Freshness,
  ): Promise<void> {
    const headers = ['content-type', contentTypeOf(type), ...freshnessHeaders(freshness), ...headersOfStatus(status)]
    // What is left of a body that was not read would stand before the next request on this connection.
    if (!request.complete) headers.push('connection', 'close')
    // Text in ASCII is written in one piece with its head; other text is encoded faster as a buffer.
    let body: Buffer | string = Buffer.byteLength(text) === text.length ? text : Buffer.from(text)
    const encoding = encodingFor(request.headers['accept-encoding'] as string | undefined, body.length)
    if (encoding !== undefined) {
      body = await compress(Buffer.from(body), encoding)
      headers.push('content-encoding', encoding)
    }
    response.appendHeader('vary', varyOf(freshness))
    headers.push('content-length', String(body.length))
    setHeaders(response, headers)
    response.statusCode = status
    response.end(body, 'latin1')
  }

  function sendNotModified(response: ServerResponse, freshness: Freshness): void {
    response.appendHeader('vary', varyOf(freshness))
    setHeaders(response, freshnessHeaders(freshness))
    response.statusCode = 304
    response.end()
  }

  return {
    async send(request, response, type, answer, observation) {
      setRetryAfter(response, answer.errors)
      if (answer.cost !== undefined) response.setHeader(COST_HEADER, answer.cost)
      const refused = tellsByStatus(type) ? 400 : 200
      const status = answer.data === undefined ? (statusOf(answer.errors) ?? refused) : 200
      observation?.ended(answer, status)
      const text = textOf(answer)
      const { freshness } = answer
      if (freshness !== undefined && request.method === 'GET') {
        const tag = entityTag(text)
        response.setHeader('etag', tag)
        if (hasAlready(request, tag)) return sendNotModified(response, freshness)
      }
      await sendText(request, response, type, status, text, freshness)
    },
    sendList: (request, response, type, text) => sendText(request, response, type, 200, text),
  }
}

/** `headers` are names and values in turn. */
function setHeaders(response: ServerResponse, headers: readonly string[]): void {
  for (let index = 0; index < headers.length; index += 2)
    response.setHeader(headers[index] as string, headers[index + 1] as string)
}
