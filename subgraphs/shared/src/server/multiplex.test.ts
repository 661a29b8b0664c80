import { expect, test } from 'vitest'
import { FRAME } from '../multiplex/protocol.ts'
import { READER } from './issuer.fixture.ts'
import { TestCaller } from './multiplex/caller.fixture.ts'
import { TestSubgraph } from './subgraph.fixture.ts'

const open = (subgraph: TestSubgraph, sign = subgraph.sign({ method: 'GET' })): Promise<TestCaller> =>
  TestCaller.open(Number(subgraph.url.port), `x-carriergraph-signature: ${sign}\r\n`)

/** Sends an operation as the gateway does. */
function call(subgraph: TestSubgraph, caller: TestCaller, number: number, query: string, headers = ''): void {
  const body = JSON.stringify({ query })
  caller.call(number, `x-carriergraph-signature: ${subgraph.sign({ body })}\r\n${headers}`, body)
}

async function ask(subgraph: TestSubgraph, caller: TestCaller, number: number, query: string, headers = '') {
  call(subgraph, caller, number, query, headers)
  const { status, body = 'null' } = (await caller.answer(number)) ?? {}
  return { status, ...JSON.parse(body) }
}

const codes = (answer: { errors?: { extensions: { code: string } }[] }) =>
  answer.errors?.map(({ extensions }) => extensions.code)

test('is offered by answers over HTTP, and to nobody that was refused', async () => {
  await using subgraph = await new TestSubgraph().start()
  expect((await subgraph.post('{ hello }')).headers.get('x-carriergraph-multiplex')).toBe('1')
  const refused = await subgraph.post('{ hello }', { sign: { body: 'another' } })
  expect([refused.status, refused.headers.get('x-carriergraph-multiplex')]).toEqual([401, null])
})

test('carries signed operations, each as its own actor under its own correlation id', async () => {
  await using subgraph = await new TestSubgraph().start()
  const caller = await open(subgraph)
  const token = `authorization: Bearer ${await subgraph.token()}\r\n`
  const [mine, anonymous, traced] = await Promise.all([
    ask(subgraph, caller, 1, '{ me }', token),
    ask(subgraph, caller, 2, '{ hello me }'),
    ask(subgraph, caller, 3, '{ correlationIds }', 'x-correlation-id: request-0001\r\n'),
  ])
  expect(mine).toEqual({ status: 200, data: { me: READER } })
  expect(anonymous).toMatchObject({ status: 200, data: { hello: 'hello', me: null } })
  expect(codes(anonymous)).toEqual(['UNAUTHENTICATED'])
  expect(traced).toEqual({ status: 200, data: { correlationIds: ['request-0001', 'request-0001'] } })
})

test('is refused to a stranger, and to a signature that was used before', async () => {
  await using subgraph = await new TestSubgraph().start()
  const signature = subgraph.sign({ method: 'GET' })
  await open(subgraph, signature)
  for (const sign of ['x', signature, subgraph.sign({ method: 'GET', path: '/other' })]) {
    const stranger = await open(subgraph, sign)
    expect(stranger.head).toContain('HTTP/1.1 401 ')
    await stranger.closed()
  }
})

test('refuses calls with the statuses and codes of HTTP, and serves the next', async () => {
  await using subgraph = await new TestSubgraph().start({ limits: { body_bytes_max: 200 } })
  const caller = await open(subgraph)
  const unsigned = async (number: number, headers: string, body: string) => {
    caller.call(number, headers, body)
    const { status, body: answer = 'null' } = (await caller.answer(number)) ?? {}
    return [status, codes(JSON.parse(answer))]
  }
  const signed = (body: string) => `x-carriergraph-signature: ${subgraph.sign({ body })}\r\n`
  expect(await unsigned(1, '', '{"query":"{ hello }"}')).toEqual([401, ['SIGNATURE_MISSING']])
  expect(await unsigned(2, signed('{}'), '{"query":"{ hello }"}')).toEqual([401, ['SIGNATURE_INVALID']])
  expect(await unsigned(3, signed('{'), '{')).toEqual([400, ['BAD_REQUEST']])
  expect(await unsigned(4, signed('{"query":"{"}'), '{"query":"{"}')).toEqual([400, ['GRAPHQL_PARSE_FAILED']])
  expect(await unsigned(5, `${signed('{}')}authorization: Bearer x\r\n`, '{}')).toEqual([401, ['UNAUTHENTICATED']])
  const large = `{"query":"{ hello }"}${' '.repeat(180)}`
  expect(await unsigned(8, signed(large), large)).toEqual([413, ['PAYLOAD_TOO_LARGE']])
  expect(await ask(subgraph, caller, 6, '{ broken }')).toMatchObject({ errors: [{ message: 'Internal error' }] })
  expect(await ask(subgraph, caller, 7, '{ hello }')).toEqual({ status: 200, data: { hello: 'hello' } })
})

test('tells a resolver by its signal that its call was cancelled, and its neighbours nothing', async () => {
  await using subgraph = await new TestSubgraph().start()
  const caller = await open(subgraph)
  call(subgraph, caller, 1, '{ slow }')
  await subgraph.inside.slowBegan.promise
  caller.send(1, FRAME.CANCEL)
  await subgraph.inside.slowAborted.promise
  expect(await ask(subgraph, caller, 2, '{ hello }')).toMatchObject({ data: { hello: 'hello' } })
  subgraph.inside.release.resolve('late')
})

test('of a service that stops: what is under way is answered, what comes is told so, then it is closed', async () => {
  await using subgraph = await new TestSubgraph().start()
  const caller = await open(subgraph)
  call(subgraph, caller, 1, '{ slow }')
  await subgraph.inside.slowBegan.promise
  const stopped = subgraph.stop()
  await caller.told(FRAME.LEAVE)
  const late = await ask(subgraph, caller, 2, '{ hello }')
  expect([late.status, codes(late)]).toEqual([503, ['SERVICE_UNAVAILABLE']])
  const other = await open(subgraph)
  expect(other.head).toContain('HTTP/1.1 503 ')
  subgraph.inside.release.resolve('at last')
  expect(JSON.parse((await caller.answer(1))?.body ?? '')).toEqual({ data: { slow: 'at last' } })
  await caller.closed()
  await stopped
})

test('of a service that stops is broken off at the deadline', async () => {
  await using subgraph = await new TestSubgraph().start({ limits: { drain_ms_max: 5 } })
  const caller = await open(subgraph)
  call(subgraph, caller, 1, '{ slow }')
  await subgraph.inside.slowBegan.promise
  await subgraph.stop()
  await subgraph.inside.slowAborted.promise
  await caller.closed()
  expect(caller.frames.map(({ kind }) => kind)).toEqual([FRAME.LEAVE])
  subgraph.inside.release.resolve('late')
})
