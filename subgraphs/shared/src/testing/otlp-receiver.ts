import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { listen } from '../server/listen.ts'

/** A span as the collector got it; attributes by name. */
export type ReceivedSpan = {
  readonly service: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  /** `SERVER`, `CLIENT`, `INTERNAL`. */
  readonly kind: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly isError: boolean
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
}

/** A collector that takes spans by OTLP over HTTP in JSON, and keeps them. */
export class OtlpReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = []
  /** All that was received, as it came: for looking for what must not be in it. */
  readonly bodies: string[] = []
  endpoint = ''
  readonly #waiting = new Set<() => void>()
  readonly #server = createServer(async (request, response) => {
    await this.#take(request)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })

  async start(): Promise<this> {
    this.endpoint = `http://127.0.0.1:${await listen(this.#server, 0, '127.0.0.1')}`
    return this
  }

  /** The first span that fits, once it is there. */
  async span(fits: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
    for (;;) {
      const found = this.spans.find(fits)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  childrenOf({ spanId, traceId }: ReceivedSpan): ReceivedSpan[] {
    return this.spans.filter((span) => span.parentSpanId === spanId && span.traceId === traceId)
  }

  async #take(request: IncomingMessage): Promise<void> {
    const body = await text(request)
    this.bodies.push(body)
    for (const { resource, scopeSpans } of REQUEST.parse(JSON.parse(body)).resourceSpans) {
      const service = String(valuesOf(resource.attributes)['service.name'])
      for (const { spans } of scopeSpans) this.spans.push(...spans.map((span) => received(service, span)))
    }
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}

const ATTRIBUTES = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })).default([])
const SPAN = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes: ATTRIBUTES,
  status: z.object({ code: z.number().default(0) }).default({ code: 0 }),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
})
const REQUEST = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: ATTRIBUTES }),
      scopeSpans: z.array(z.object({ spans: z.array(SPAN) })),
    }),
  ),
})

/** By OTLP's numbers. */
const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const STATUS_ERROR = 2

const received = (service: string, { kind, status, attributes, parentSpanId, ...span }: z.output<typeof SPAN>) => ({
  ...span,
  service,
  // The root's is empty in some encodings.
  parentSpanId: parentSpanId === '' ? undefined : parentSpanId,
  kind: KINDS[kind] ?? String(kind),
  attributes: valuesOf(attributes),
  isError: status.code === STATUS_ERROR,
})

const valuesOf = (attributes: z.output<typeof ATTRIBUTES>): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
