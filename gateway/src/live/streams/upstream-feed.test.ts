import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { createDocuments } from '../../graph/documents.ts'
import { createApolloPlanner } from '../../planner/apollo-planner.ts'
import { loadSupergraph } from '../../supergraph/load.ts'
import { LIBRARY_SDL } from '../../testing/library-sdl.ts'
import { createPreparer, type PreparedSubscription } from '../prepare.ts'
import { type BearingSubscriber, UpstreamFeed } from './upstream-feed.ts'

let prepared: PreparedSubscription
beforeAll(async () => {
  const supergraph = loadSupergraph(LIBRARY_SDL)
  const { apiSchema } = supergraph
  const documents = createDocuments({ apiSchema, rules: [], tokens_max: 100, introspection: true })
  const preparer = createPreparer(supergraph, createApolloPlanner(supergraph.plannable))
  prepared = await preparer.prepare(documents.find('subscription { bookLent { days } }', undefined))
})

let opened: BearingSubscriber | undefined
let started: unknown[]
let feed: UpstreamFeed
beforeEach(() => {
  opened = undefined
  started = []
  const upstream = {
    subscribe(subscriber: BearingSubscriber) {
      opened = subscriber
      return () => undefined
    },
  }
  const execute = () => Promise.reject(new Error('not asked'))
  const bearer = { actor: ANONYMOUS, authorization: undefined, correlationId: 'test', clientAddress: '127.0.0.1' }
  const listener = {
    started: (cursor: unknown) => void started.push(cursor),
    interrupted: () => undefined,
    nextBearer: () => undefined,
  }
  feed = new UpstreamFeed({ prepared, resume: prepared.resume, variables: {}, upstream, execute }, undefined, bearer, {
    kind: 'new',
    listener,
    clock: systemClock,
    queue_max: 10,
  })
})

test('a start cursor of null is none: behind nothing, a subgraph would go on from whatever is then', () => {
  opened?.event({ data: null, extensions: { startCursor: null } })
  expect([feed.resumable(), feed.waiting, started]).toEqual([false, 0, []])
  opened?.event({ data: null, extensions: { startCursor: '7' } })
  expect([feed.resumable(), feed.waiting, started]).toEqual([true, 0, ['7']])
})

test('what a subgraph says of the variable that the gateway put there, clients are told of their argument', async () => {
  opened?.error([
    { message: 'Variable "$__resumeAfter" got invalid value "x"; no cursor.', extensions: { code: 'NO' } },
  ])
  expect(await feed.take()).toEqual({
    ending: [{ message: 'The argument "after" got invalid value "x"; no cursor.', extensions: { code: 'NO' } }],
  })
})
