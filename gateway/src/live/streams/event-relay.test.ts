import { setImmediate as nextTurn } from 'node:timers/promises'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import type { GraphQLFormattedError } from 'graphql'
import { beforeAll, expect, test } from 'vitest'
import { createDocuments } from '../../graph/documents.ts'
import { DEFAULT_LIMITS } from '../../limits/limits.ts'
import { createApolloPlanner } from '../../planner/apollo-planner.ts'
import { loadSupergraph } from '../../supergraph/load.ts'
import { ToyJournal } from '../../testing/journal.ts'
import { compose, reviewsSubgraph } from '../../testing/library-graph.ts'
import { booksForOperators, contextOf, type ToyUser } from '../../testing/operators.ts'
import { PlayedUpstream } from '../../testing/played-upstream.ts'
import { createPreparer, type PreparedSubscription } from '../prepare.ts'
import type { ResumableStream } from '../resume.ts'
import type { Opening } from '../upstream-subscriber.ts'
import { eventsAsTheyCame } from './event-relay.ts'
import { SharedStreams } from './shared-streams.ts'
import type { Subscriber } from './subscription.ts'
import type { BearingSubscriber, StreamSource } from './upstream-feed.ts'

let prepared: PreparedSubscription
let resume: ResumableStream
beforeAll(async () => {
  const definitions = { books: booksForOperators(new ToyJournal()), reviews: reviewsSubgraph() }
  const supergraph = loadSupergraph(
    compose(
      Object.entries(definitions).map(([name, { typeDefs }]) => ({ name, typeDefs, url: `http://${name}.example/` })),
    ),
  )
  const { apiSchema } = supergraph
  const documents = createDocuments({ apiSchema, rules: [], tokens_max: 100, introspection: true })
  const preparer = createPreparer(supergraph, createApolloPlanner(supergraph.plannable))
  const query = 'subscription ($after: String) { bookLent(after: $after) { days book { rating } } }'
  prepared = await preparer.prepare(documents.find(query, undefined))
  if (prepared.resume === undefined) throw new Error('the stream of the test cannot be resumed')
  resume = prepared.resume
})

/** Takes so many events at a time. */
class Client implements Subscriber {
  readonly days: number[] = []
  readonly errors: unknown[] = []
  takes = Number.POSITIVE_INFINITY

  next({ json }: { readonly json: string }): boolean {
    this.days.push(JSON.parse(json).data.bookLent.days)
    this.takes -= 1
    return this.takes > 0
  }

  complete(): void {
    this.errors.push('complete')
  }

  error(errors: readonly GraphQLFormattedError[]): void {
    this.errors.push(...errors)
  }
}

/** A subgraph that can be down: what was begun waits for it then, what is new is refused, as by `Upstream`. */
class World implements StreamSource {
  readonly upstream = new PlayedUpstream(resume, true)
  readonly logged: object[] = []
  isDown = false
  readonly #waiting = new Set<BearingSubscriber>()
  readonly #streams = new SharedStreams({
    limits: { ...DEFAULT_LIMITS.stream, queue_max: 4 },
    clock: systemClock,
    log: createLog({ service: 'test', destination: { write: (line) => void this.logged.push(JSON.parse(line)) } }),
  })

  subscribe(...[subscriber, kind]: Parameters<StreamSource['subscribe']>): () => void {
    if (!this.isDown) return this.upstream.subscribe(subscriber)
    const opening: Opening = kind ?? 'new'
    if (opening === 'new') queueMicrotask(() => subscriber.gone('unavailable'))
    else this.#waiting.add(subscriber)
    return () => void this.#waiting.delete(subscriber)
  }

  comeBack(): Promise<void> {
    this.isDown = false
    for (const subscriber of this.#waiting) this.upstream.subscribe(subscriber)
    return this.upstream.settle()
  }

  join(client: Client, user: ToyUser, after: string) {
    const context = contextOf(user)
    const execute = eventsAsTheyCame
    const variables = { after }
    return this.#streams.subscribe({ prepared, resume, variables, after, context, upstream: this, execute }, client)
  }

  async turns(): Promise<void> {
    for (let turns = 0; turns < 20; turns += 1) await nextTurn()
  }
}

const ANN: ToyUser = { sub: 'ann', tenant: 'acme', roles: ['operator'] }

test('a client that was held back outlasts a subgraph that is down when it goes on', async () => {
  const world = new World()
  const client = new Client()
  client.takes = 1
  const subscription = world.join(client, ANN, '0')
  world.upstream.append(30)
  await world.turns()
  for (let step = 0; step < 30; step += 1) {
    for (const stream of [...world.upstream.streams]) world.upstream.step(stream)
    await world.turns()
  }
  expect([client.days, world.upstream.streams]).toEqual([[1], []])
  world.isDown = true
  client.takes = Number.POSITIVE_INFINITY
  subscription.drained()
  await world.turns()
  await world.comeBack()
  expect(client.errors).toEqual([])
  expect(client.days).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
})

test('whoever goes on under another token outlasts a subgraph that is down', async () => {
  const world = new World()
  const [brief, other] = [new Client(), new Client()]
  world.join(brief, ANN, '0')
  world.join(other, ANN, '0')
  await world.turns()
  world.isDown = true
  for (const stream of [...world.upstream.streams]) world.upstream.refuse(stream)
  await world.turns()
  world.upstream.append(1)
  await world.comeBack()
  expect(other.errors).toEqual([])
  expect(other.days).toEqual([1])
})

test('why the one stream ended is said in the log once, under the id that clients are told', async () => {
  const world = new World()
  const clients = [new Client(), new Client()]
  for (const [index, client] of clients.entries()) world.join(client, { ...ANN, sub: `ann-${index}` }, '0')
  await world.turns()
  const [stream] = world.upstream.streams
  stream?.subscriber.error([{ message: 'relation "trips" does not exist' }])
  await world.turns()
  expect(world.logged).toMatchObject([{ err: { message: 'relation "trips" does not exist' } }])
  const { correlationId } = Object(world.logged[0])
  const told = [{ extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId } }]
  expect(clients.map(({ errors }) => errors)).toMatchObject([told, told])
})
