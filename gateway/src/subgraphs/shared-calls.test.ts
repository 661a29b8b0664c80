import { digestOf } from '@carriergraph/shared/signature/canonical.ts'
import { afterEach, describe, expect, test } from 'vitest'
import { CONTEXT, createParties, mutation, query } from '../testing/calls.ts'
import { graphqlAnswer, type RawAnswer } from '../testing/raw-subgraph.ts'

const { serve, callers, close } = createParties()
afterEach(close)

const ANSWER = { data: { is: 'well' } }
const well: RawAnswer = (socket) => socket.write(graphqlAnswer({ is: 'well' }))

describe('two who ask the same', () => {
  /** Answers all requests that are there as soon as `release` is called. */
  async function gated() {
    const open = Promise.withResolvers<void>()
    const subgraph = await serve((socket, request) => void open.promise.then(() => well(socket, request)))
    return { subgraph, release: () => open.resolve(), ...callers([subgraph.url]) }
  }

  test('at the same time for the same caller are read by each as it wants', async () => {
    const subgraph = await serve(well)
    const { client } = callers([subgraph.url])
    const request = query()
    const texts = { is: '"well"' }
    const [values, read, unread] = await Promise.all([
      client.execute(request, CONTEXT),
      client.execute({ ...request, read: () => texts }, CONTEXT),
      client.execute({ ...request, read: () => undefined }, CONTEXT),
    ])
    expect(subgraph.bodies).toEqual([request.body])
    expect([values, unread]).toEqual([ANSWER, ANSWER])
    expect(read).toEqual({ verbatim: { texts, digest: digestOf(request.body), values: expect.any(Function) } })
    expect(read.verbatim?.values()).toEqual(ANSWER)
  })

  test('at the same time for the same caller are answered by one call, with objects of their own', async () => {
    const { client, subgraph, release, finished } = await gated()
    const asked = query()
    const answers = [
      client.execute(asked, { ...CONTEXT, authorization: 'Bearer a', forwarded: ['accept-language', 'de'] }),
      client.execute(asked, {
        ...CONTEXT,
        correlationId: 'another-id-for-it',
        authorization: 'Bearer a',
        forwarded: ['accept-language', 'de'],
      }),
    ]
    await subgraph.whenRequested(1)
    release()
    const [one, two] = await Promise.all(answers)
    expect([one, two]).toEqual([ANSWER, ANSWER])
    expect(one?.data).not.toBe(two?.data)
    expect(subgraph.bodies).toHaveLength(1)
    expect(finished).toHaveLength(1)
  })

  test.each([
    ['another token', { authorization: 'Bearer b' }],
    ['no token', { authorization: undefined }],
    ['another language', { forwarded: ['accept-language', 'fr'] }],
    ['one header more', { forwarded: ['accept-language', 'de', 'x-tenant', 't'] }],
  ])('with %s are answered by two calls', async (_, difference) => {
    const { client, subgraph, release } = await gated()
    const context = { ...CONTEXT, authorization: 'Bearer a', forwarded: ['accept-language', 'de'] }
    const asked = query()
    const answers = [client.execute(asked, context), client.execute(asked, { ...context, ...difference })]
    await subgraph.whenRequested(2)
    release()
    expect(await Promise.all(answers)).toEqual([ANSWER, ANSWER])
  })

  test('before and after a mutation are two calls: the first may not know of it', async () => {
    const open = Promise.withResolvers<void>()
    const subgraph = await serve((socket, { turn }) => {
      if (turn > 0) socket.write(graphqlAnswer({ is: 'new' }))
      else void open.promise.then(() => socket.write(graphqlAnswer({ is: 'old' })))
    })
    const { client } = callers([subgraph.url])
    const asked = query()
    const before = client.execute(asked, CONTEXT)
    await subgraph.whenRequested(1)
    await client.execute(mutation(), CONTEXT)
    expect(await client.execute(asked, CONTEXT)).toEqual({ data: { is: 'new' } })
    open.resolve()
    expect(await before).toEqual({ data: { is: 'old' } })
  })

  test('for a mutation are two calls', async () => {
    const { client, subgraph, release } = await gated()
    const asked = mutation()
    const answers = [client.execute(asked, CONTEXT), client.execute(asked, CONTEXT)]
    await subgraph.whenRequested(2)
    release()
    await Promise.all(answers)
  })

  test('one after the other are two calls, and a failure is not remembered', async () => {
    const subgraph = await serve((socket, request) =>
      request.turn < 3 ? socket.resetAndDestroy() : well(socket, request),
    )
    const { client } = callers([subgraph.url])
    const asked = query()
    const both = await Promise.allSettled([client.execute(asked, CONTEXT), client.execute(asked, CONTEXT)])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await client.execute(asked, CONTEXT)).toEqual(ANSWER)
  })
})
