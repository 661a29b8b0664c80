import { CORRELATION_HEADER } from '@carriergraph/shared/correlation.ts'
import type { RequestContext } from '../request-context.ts'

/** What SUBGRAPH_HEADERS names unless it is set. */
export const DEFAULT_SUBGRAPH_HEADERS: readonly string[] = ['accept-language']

/** What subgraphs get of every request, or from whoever traces it; nobody has to list these. */
const ALWAYS_FORWARDED: ReadonlySet<string> = new Set([
  'authorization',
  CORRELATION_HEADER,
  'traceparent',
  'tracestate',
])

/** Headers of one connection or one message, which mean something else, or harm, on another. */
const NEVER_FORWARDED: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** How services of the graph prove who they are: a client's must not pass for the gateway's. */
const OWN_PREFIX = 'x-carriergraph-'

/** Whether `SUBGRAPH_HEADERS` may name this header, which is in lower case. */
export const isForwardable = (name: string): boolean =>
  /^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(name) &&
  !NEVER_FORWARDED.has(name) &&
  !ALWAYS_FORWARDED.has(name) &&
  !name.startsWith(OWN_PREFIX) &&
  !name.startsWith('sec-')

/** Takes from the headers of a client's request those that subgraphs get beside the token, names and values in turn. */
export type HeaderReader = (headers: Readonly<Record<string, unknown>>) => readonly string[]

/** What a header can carry, and as much as an HTTP request has in all of its own; not all have passed a parser of HTTP. */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]{0,16384}$/

/** `names`, in lower case, are those that travel on as they came; all others stay behind. */
export const createHeaderReader =
  (names: readonly string[]): HeaderReader =>
  (headers) =>
    names.flatMap((name) => {
      const value = headers[name]
      const text = Array.isArray(value) ? value.join(', ') : value
      return typeof text === 'string' && SENDABLE.test(text) ? [name, text] : []
    })

/** The headers by which a subgraph learns for whom a request is, names and values in turn. */
export function forwardedHeaders(context: RequestContext): string[] {
  const headers = [CORRELATION_HEADER, context.correlationId]
  if (context.authorization !== undefined) headers.push('authorization', context.authorization)
  if (context.traceparent !== undefined) headers.push('traceparent', context.traceparent)
  if (context.tracestate !== undefined) headers.push('tracestate', context.tracestate)
  if (context.forwarded !== undefined) headers.push(...context.forwarded)
  return headers
}

/** The same, by name: for the `extensions.headers` of a subscribe message. */
export const forwardedHeaderRecord = (context: RequestContext): Record<string, string> =>
  headerRecord(forwardedHeaders(context))

/** Headers by name, of names and values in turn. */
export function headerRecord(headers: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {}
  for (let i = 0; i < headers.length; i += 2) record[headers[i] ?? ''] = headers[i + 1] ?? ''
  return record
}
