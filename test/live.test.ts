// The promise of the live path: a client misses no event and sees none twice, whatever dies in between.

import { encodeCursor } from '@carriergraph/shared/journal/cursor.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { violate } from './support/causes.ts'
import { connect, type GraphAnswer } from './support/client.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

const SUBSCRIPTION = `subscription ($after: Cursor) {
  slaViolationDetected(after: $after) {
    cursor
    violation { slice { id owner { displayName wallets { nodes { balance { currency } } } } } }
  }
}`

let stack: Stack
let operator: string

beforeAll(async () => {
  stack = await startStack()
  operator = await stack.token({ role: 'operator' })
})
afterAll(() => stack[Symbol.asyncDispose]())

/** Collects the events of one subscription until the returned object is closed. */
function collect(after: string | null) {
  const client = connect(stack.webSocketUrl, operator)
  const events: GraphAnswer[] = []
  const ended = (async () => {
    for await (const event of client.iterate({ query: SUBSCRIPTION, variables: { after } })) {
      events.push(event)
    }
    // A test may kill the gateway under it.
  })().catch(() => undefined)
  return {
    sliceIds: () => events.map((event) => event.data?.slaViolationDetected.violation.slice.id),
    events,
    close: async () => {
      await client.dispose()
      await ended
    },
  }
}

/** Causes a violation, as often as it takes while a service is down: its key makes it one. */
async function violateOnce(name: string): Promise<string> {
  let id: string | undefined
  await until(async () => {
    id = await violate(stack.graphUrl, operator, name).catch(() => undefined)
    return id !== undefined
  })
  return id ?? ''
}

let firsts = 0

/** Where a stream is before a first event of its own: that of a first violation. */
async function firstCursor(): Promise<string> {
  const stream = collect(null)
  while (stream.events.length === 0) {
    await violateOnce(`first-${firsts++}`)
    const seen = performance.now() + 500
    await until(async () => stream.events.length > 0 || performance.now() > seen)
  }
  await stream.close()
  return stream.events.at(-1)?.data.slaViolationDetected.cursor
}

async function killAndWait(name: string): Promise<void> {
  const service = stack.services.get(name)
  const pid = service?.pid
  if (service === undefined || pid === undefined) throw new Error(`${name} does not run`)
  process.kill(pid, 'SIGKILL')
  await until(async () => service.pid !== pid)
}

it('goes on without a gap or a repeat when the subgraph of the stream is killed and comes back', async () => {
  const after = await firstCursor()
  const stream = collect(after)
  const expected: string[] = []
  for (const n of [1, 2, 3]) expected.push(await violateOnce(`before-${n}`))
  await until(async () => expected.every((id) => stream.sliceIds().includes(id)))
  const base = stream.sliceIds().slice(0, -3)

  await killAndWait('network')
  for (const n of [1, 2, 3, 4]) expected.push(await violateOnce(`after-${n}`))
  await until(async () => stream.sliceIds().includes(expected.at(-1)))

  expect(stream.sliceIds()).toEqual([...base, ...expected])
  expect(stream.events.every((event) => event.errors === undefined)).toBe(true)
  await stream.close()
})

it('resumes a new client behind the cursor that it saw last, when the gateway is killed', async () => {
  const after = await firstCursor()
  const stream = collect(after)
  const first = await violateOnce('gateway-1')
  await until(async () => stream.sliceIds().includes(first))
  const last = stream.events.at(-1)?.data.slaViolationDetected.cursor

  await killAndWait('gateway')
  const missed = [await violateOnce('gateway-2'), await violateOnce('gateway-3')]
  await stream.close()
  const resumed = collect(last)
  await until(async () => resumed.events.length >= 2)
  expect(resumed.sliceIds()).toEqual(missed)
  await resumed.close()
})

it.each([
  ['a made-up cursor', 'bm9uc2Vuc2U'],
  ['the cursor of a list', Buffer.from('[1,"users by newest","2026-01-01"]').toString('base64url')],
  ['a cursor from the future', encodeCursor('sla_violation.opened', { xid: 2n ** 62n, seq: 1n })],
  ['the cursor of another stream', encodeCursor('balance_alert.raised', { xid: 1n, seq: 1n })],
])('refuses %s with INVALID_CURSOR', async (_, after) => {
  const client = connect(stack.webSocketUrl, operator)
  try {
    const events = client.iterate({ query: SUBSCRIPTION, variables: { after } })
    const first = await events.next().then(
      ({ value }) => value?.errors,
      (errors) => errors,
    )
    expect(first).toMatchObject([{ extensions: { code: 'INVALID_CURSOR' } }])
  } finally {
    await client.dispose()
  }
})

it('delivers the event, with null and an error for what is theirs, while another subgraph is down', async () => {
  const after = await firstCursor()
  const stream = collect(after)
  const risk = stack.services.get('risk')
  process.kill(risk?.pid ?? 0, 'SIGSTOP')
  try {
    const id = await violateOnce('risk-down')
    await until(async () => stream.sliceIds().includes(id))
    const event = stream.events.find((answer) => answer.data?.slaViolationDetected.violation.slice.id === id)
    expect(event?.data.slaViolationDetected.violation.slice.owner?.displayName ?? null).toBeNull()
    expect(event?.errors).toMatchObject([{ extensions: { code: expect.stringMatching(/^SUBGRAPH_/) } }])
  } finally {
    process.kill(risk?.pid ?? 0, 'SIGCONT')
  }
  await stream.close()
})
