// The subscription, over graphql-ws as the gateway opens it.

import { newId } from '@carriergraph/shared/ids.ts'
import type { Caller, TestStream } from '@carriergraph/shared/testing/running-subgraph.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  ADA,
  BRUNO,
  latencies,
  type NetworkStage,
  NOW,
  OPERATOR,
  second,
  setNetworkStage,
} from './testing/network-stage.ts'

let stage: NetworkStage
beforeAll(async () => {
  stage = await setNetworkStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const VIOLATIONS = `subscription ($sliceId: ID, $minSeverity: SlaSeverity, $after: Cursor) {
  slaViolationDetected(sliceId: $sliceId, minSeverity: $minSeverity, after: $after) {
    cursor occurredAt violation { id metric threshold observed severity openedAt closedAt slice { id name owner { id } } }
  }
}`

type Event = {
  readonly cursor: string
  readonly violation: { readonly severity: string; readonly slice: { readonly id: string } }
}

const open = async (caller: Caller, variables: Record<string, unknown> = {}): Promise<TestStream> =>
  (await stage.live(caller)).open(VIOLATIONS, variables)

/** The next `count` events of a stream, which stays open. */
async function next(stream: TestStream, count: number): Promise<Event[]> {
  const events: Event[] = []
  while (events.length < count) {
    const { value, done } = await stream.next()
    if (done || value?.errors) throw new Error(`the stream ended: ${JSON.stringify(value?.errors)}`)
    events.push(value?.data.slaViolationDetected)
  }
  return events
}

const slicesOf = (events: readonly Event[]): string[] => events.map(({ violation }) => violation.slice.id)

/** One violation: three samples of this latency where 10 ms are promised. 11 is MINOR, 15 MAJOR, 50 CRITICAL. */
const violate = (sliceId: string, latencyMs = 11) => stage.record(sliceId, latencies([latencyMs, latencyMs, latencyMs]))

it('tells a violation as it opens, with its slice', async () => {
  const sliceId = await stage.slice({ name: 'Surgery' })
  const stream = await open(OPERATOR, { sliceId })
  const first = next(stream, 1)
  await violate(sliceId, 15)
  expect(await first).toEqual([
    {
      cursor: expect.any(String),
      occurredAt: NOW.toISOString(),
      violation: {
        id: expect.stringMatching(/^vio_/),
        metric: 'LATENCY_MS',
        threshold: 10,
        observed: 15,
        severity: 'MAJOR',
        openedAt: second(2),
        closedAt: null,
        slice: { id: sliceId, name: 'Surgery', owner: { id: ADA } },
      },
    },
  ])
  await stream.return?.()
})

it('tells of the slice that is asked for only', async () => {
  const [asked, other] = [await stage.slice(), await stage.slice()]
  const stream = await open(OPERATOR, { sliceId: asked })
  const events = next(stream, 2)
  await violate(other)
  await stage.record(asked, latencies([11, 11, 11, 1, 1, 1, 1, 1, 11, 11, 11]))
  expect(slicesOf(await events)).toEqual([asked, asked])
  await stream.return?.()
})

it.each([
  ['MINOR', ['MINOR', 'MAJOR', 'CRITICAL']],
  ['MAJOR', ['MAJOR', 'CRITICAL']],
  ['CRITICAL', ['CRITICAL']],
])('tells violations from %s on', async (minSeverity, expected) => {
  // The last one passes every filter: what comes before it is all there was.
  const slices = [await stage.slice(), await stage.slice(), await stage.slice()]
  const stream = await open(OPERATOR, { minSeverity })
  const events = next(stream, expected.length)
  for (const [at, latencyMs] of [11, 15, 50].entries()) await violate(String(slices[at]), latencyMs)
  expect((await events).map(({ violation }) => violation.severity)).toEqual(expected)
  await stream.return?.()
})

it('resumes behind a cursor without a gap or a repeat, while more violations come', async () => {
  const slices = await Promise.all(Array.from({ length: 12 }, () => stage.slice()))
  const before = await open(OPERATOR)
  const seen = next(before, 2)
  for (const sliceId of slices.slice(0, 6)) await violate(sliceId)
  const [, last] = await seen
  await before.return?.()
  const more = Promise.all(slices.slice(6).map((sliceId) => violate(sliceId)))
  const resumed = await open(OPERATOR, { after: last?.cursor })
  const rest = slicesOf(await next(resumed, 10))
  await more
  expect([...slicesOf(await seen), ...rest.slice(0, 4)]).toEqual(slices.slice(0, 6))
  // Those that came at once have no order among them.
  expect(rest.slice(4).toSorted()).toEqual(slices.slice(6).toSorted())
  // Nothing comes a second time: the next event is the next violation.
  const sentinel = await stage.slice()
  await violate(sentinel)
  expect(slicesOf(await next(resumed, 1))).toEqual([sentinel])
  await resumed.return?.()
})

it('tells again all that opened, also what has closed since, as it is now', async () => {
  const [first, sliceId] = [await stage.slice(), await stage.slice()]
  const stream = await open(OPERATOR)
  await violate(first)
  const [start] = await next(stream, 1)
  await stream.return?.()
  await stage.record(sliceId, latencies([11, 11, 11, 1, 1, 1, 1, 1]))
  const resumed = await open(OPERATOR, { after: start?.cursor })
  expect(await next(resumed, 1)).toMatchObject([{ violation: { slice: { id: sliceId }, closedAt: second(7) } }])
  await resumed.return?.()
})

it('tells all operators of a tenant the same, as @eventsDependOn declares', async () => {
  const slices = [await stage.slice({ ownerId: ADA }), await stage.slice({ ownerId: BRUNO })]
  const streams = [await open({ operator: true, subject: ADA }), await open({ operator: true, subject: newId('usr') })]
  for (const slice of slices) await violate(slice)
  const [one, other] = await Promise.all(streams.map((stream) => next(stream, 2)))
  expect(slicesOf(one ?? [])).toEqual(slices)
  expect(other).toEqual(one)
  await Promise.all(streams.map((stream) => stream.return?.()))
})

it('tells customers of their own slices only, live and resumed', async () => {
  const [own, foreign] = [await stage.slice({ ownerId: ADA }), await stage.slice({ ownerId: BRUNO })]
  const all = await open(OPERATOR)
  const live = await open({ customer: ADA })
  const events = next(live, 1)
  await violate(foreign)
  await violate(own)
  expect(slicesOf(await events)).toEqual([own])
  const [theirs] = await next(all, 1)
  const again = await stage.slice({ ownerId: ADA })
  await violate(again)
  const resumed = await open({ customer: ADA }, { after: theirs?.cursor })
  expect(slicesOf(await next(resumed, 2))).toEqual([own, again])
  await Promise.all([all, live, resumed].map((stream) => stream.return?.()))
})

it('tells a customer who asks for the slice of somebody else nothing of it', async () => {
  const [own, foreign] = [await stage.slice({ ownerId: ADA }), await stage.slice({ ownerId: BRUNO })]
  const ada = await stage.live({ customer: ADA })
  const [asked, mine] = [await ada.open(VIOLATIONS, { sliceId: foreign }), await ada.open(VIOLATIONS)]
  const first = asked.next()
  await violate(foreign)
  await violate(own)
  expect(slicesOf(await next(mine, 1))).toEqual([own])
  // Closing ends the stream, and it ends without an event.
  await asked.return?.()
  expect(await first).toEqual({ done: true, value: undefined })
  await mine.return?.()
})

it('tells another tenant nothing, also not of what has been', async () => {
  const rival = { operator: true, tenant: 'rival' } as const
  const sliceId = await stage.slice()
  const all = await open(OPERATOR)
  const stream = await open(rival)
  const events = next(stream, 1)
  await violate(sliceId)
  const [ours] = await next(all, 1)
  await violate(await stage.slice())
  const their = (await stage.create({}, rival)).slice.id
  const resumed = await open(rival, { after: ours?.cursor })
  await stage.record(their, latencies([11, 11, 11]), rival)
  expect(slicesOf(await events)).toEqual([their])
  expect(slicesOf(await next(resumed, 1))).toEqual([their])
  await Promise.all([all, stream, resumed].map((one) => one.return?.()))
})

it.each<[string, Caller, Record<string, unknown>, string]>([
  ['a cursor that was made up', OPERATOR, { after: 'nonsense' }, 'INVALID_CURSOR'],
  ['an id of another kind', OPERATOR, { sliceId: newId('usr') }, 'INVALID_ID'],
  ['what is no id', OPERATOR, { sliceId: 'slc_1' }, 'INVALID_ID'],
  ['a token without the scope', { customer: ADA, scopes: 'billing:read' }, {}, 'FORBIDDEN'],
  ['no token', null, {}, 'UNAUTHENTICATED'],
])('refuses %s', async (_, caller, variables, code) => {
  const { value } = await (await open(caller, variables)).next()
  expect(value?.errors).toMatchObject([{ extensions: { code } }])
})

it('takes null for no restriction: every slice, and severities from MINOR on', async () => {
  const sliceId = await stage.slice()
  const stream = await open(OPERATOR, { sliceId: null, minSeverity: null, after: null })
  const events = next(stream, 1)
  await violate(sliceId, 11)
  expect(slicesOf(await events)).toEqual([sliceId])
  await stream.return?.()
})
