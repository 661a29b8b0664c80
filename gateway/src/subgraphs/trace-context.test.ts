import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import { RawClient } from '../testing/raw-client.ts'
import { createTraceReader } from './trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const traceparent = `00-${TRACE}-${SPAN}-01`

describe('a trace of a client', () => {
  test.each<[string, unknown]>([
    ['is none', undefined],
    ['is no text', 7],
    ['has too few letters', traceparent.slice(1)],
    ['has more than the version knows', `${traceparent}-x`],
    ['came twice', `${traceparent}, ${traceparent}`],
    ['is in capitals', traceparent.toUpperCase()],
    ['is of version ff', `ff-${TRACE}-${SPAN}-01`],
    ['is trace zero', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['is span zero', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['would begin another header', `${traceparent}\r\nx-other: 1`],
  ])('is not taken when it %s', (_, malformed) => {
    const read = createTraceReader(false)
    expect(read({ traceparent: malformed, tracestate: 'vendor=1' })).toEqual({})
  })

  test.each<[unknown, string | undefined]>([
    ['vendor=1,other=a b', 'vendor=1,other=a b'],
    ['vendor=1,=nonsense', 'vendor=1'],
    ['nonsense', undefined],
    ['vendor=1\r\nx-other: 1', undefined],
    [['vendor=1'], undefined],
    [undefined, undefined],
  ])('goes with what is well-formed of the state %j: %j', (tracestate, expected) => {
    expect(createTraceReader(false)({ traceparent, tracestate })).toEqual({ traceparent, tracestate: expected })
  })

  test('is not taken where the gateway gives its calls traces of their own', () => {
    expect(createTraceReader(true)({ traceparent, tracestate: 'vendor=1' })).toEqual({})
  })
})

describe('a gateway that is not traced', () => {
  let library: Library
  beforeAll(async () => {
    library = await startLibrary()
  })
  afterAll(() => library.close())

  const inTrace = (headers: Readonly<Record<string, unknown>> | undefined) => {
    const { traceparent, tracestate } = headers ?? {}
    return { traceparent, tracestate }
  }
  const callsTo = (name: string) => library.subgraphs.get(name)?.calls.map(inTrace)
  const subscribes = () => library.subgraphs.get('books')?.subscribes.map(inTrace)

  test("hands a client's trace on to each subgraph, and makes up none", async () => {
    const query = '{ book(id: "b1") { title rating } }'
    const headers = { traceparent, tracestate: 'vendor=1' }
    await library.post({ query, headers })
    await library.post({ query, headers: { traceparent: 'nonsense', tracestate: 'vendor=1' } })
    const expected = [headers, { traceparent: undefined, tracestate: undefined }]
    for (const subgraph of ['books', 'reviews']) expect(callsTo(subgraph)).toEqual(expected)
  })

  test('hands it on with the subscription, over either protocol, and not with the events of all who share it', async () => {
    const client = await new RawClient(library.url).ready()
    const query = 'subscription { bookLent { days book { rating } } }'
    const before = callsTo('reviews')?.length ?? 0
    client.send({ id: '1', type: 'subscribe', payload: { query, extensions: { headers: { traceparent } } } })
    await library.journal.whenStreams(1)
    library.journal.append({ bookId: 'b1', days: 1 })
    await client.next('next')
    expect(subscribes()).toEqual([{ traceparent }])
    expect(callsTo('reviews')?.slice(before)).toEqual([{}])

    const leaving = new AbortController()
    const headers = { accept: 'text/event-stream', traceparent, tracestate: 'vendor=1' }
    const url = `${library.url}?query=${encodeURIComponent('subscription { bell { rings } }')}`
    await fetch(url, { headers, signal: leaving.signal })
    await library.journal.whenStreams(2)
    expect(subscribes()?.slice(1)).toEqual([{ traceparent, tracestate: 'vendor=1' }])
    leaving.abort()
    client.socket.terminate()
  })
})
