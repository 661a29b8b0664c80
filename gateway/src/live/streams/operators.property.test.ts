import { setImmediate as nextTurn } from 'node:timers/promises'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import fc from 'fast-check'
import type { GraphQLFormattedError } from 'graphql'
import { beforeAll, expect, test } from 'vitest'
import { createDocuments } from '../../graph/documents.ts'
import { DEFAULT_LIMITS } from '../../limits/limits.ts'
import { createApolloPlanner } from '../../planner/apollo-planner.ts'
import { loadSupergraph } from '../../supergraph/load.ts'
import { untimed } from '../../telemetry/observation.ts'
import { ToyJournal } from '../../testing/journal.ts'
import { compose, reviewsSubgraph } from '../../testing/library-graph.ts'
import { booksForOperators, contextOf, type ToyUser, userOf } from '../../testing/operators.ts'
import { PlayedUpstream } from '../../testing/played-upstream.ts'
import type { EventExecutor } from '../event-executor.ts'
import { createPreparer, type PreparedSubscription } from '../prepare.ts'
import type { Frame } from './frame.ts'
import { SharedStreams } from './shared-streams.ts'
import type { Subscriber, Subscription } from './subscription.ts'
import type { StreamSource } from './upstream-feed.ts'

const EVENTS_ALONE = 'subscription ($after: String) { bookLent(after: $after) { days } }'
const COMPLETED = 'subscription ($after: String) { bookLent(after: $after) { days book { rating } } }'

const prepared = new Map<string, PreparedSubscription>()
beforeAll(async () => {
  const definitions = { books: booksForOperators(new ToyJournal()), reviews: reviewsSubgraph() }
  const sdl = compose(
    Object.entries(definitions).map(([name, { typeDefs }]) => ({ name, typeDefs, url: `http://${name}.example/` })),
  )
  const supergraph = loadSupergraph(sdl)
  const { apiSchema } = supergraph
  const documents = createDocuments({ apiSchema, rules: [], tokens_max: 100, introspection: true, phase: untimed })
  const preparer = createPreparer(supergraph, createApolloPlanner(supergraph.plannable))
  for (const query of [EVENTS_ALONE, COMPLETED])
    prepared.set(query, await preparer.prepare(documents.find(query, undefined)))
})

const TENANTS = ['acme', 'globex']
const USERS: readonly ToyUser[] = TENANTS.flatMap((tenant) => [
  { sub: 'ann', tenant, roles: ['operator'] },
  { sub: 'bob', tenant, roles: ['operator'] },
  { sub: 'cid', tenant, roles: ['customer'] },
  { sub: 'dot', tenant, roles: ['customer'] },
])
const isOperator = ({ roles }: ToyUser): boolean => roles.includes('operator')

interface Told {
  readonly days: number
  readonly source: string
  readonly by: ToyUser
  /** What else stands in the event as clients get it. */
  readonly others: object
}

/** A user's client, which renews its token and goes on where it was whenever it is ended. */
class Client implements Subscriber {
  readonly user: ToyUser
  readonly joinedAt: number
  readonly after: number | undefined
  readonly told: Told[] = []
  readonly faults: unknown[] = []
  hasLeft = false
  #cursor: unknown
  #subscription: Subscription | undefined
  readonly #world: World

  constructor(world: World, user: ToyUser, after: number | undefined) {
    this.user = user
    this.after = after
    this.#world = world
    this.joinedAt = after ?? world.upstream(user.tenant).end
    this.#subscribe(after === undefined ? undefined : String(after))
  }

  next({ json, cursor }: Frame): boolean {
    this.told.push(JSON.parse(json).data)
    this.#cursor = cursor
    return true
  }

  complete(): void {
    this.faults.push('complete')
  }

  error([error]: readonly GraphQLFormattedError[]): void {
    const cursor = error?.extensions?.cursor
    if (this.#cursor !== undefined && cursor !== this.#cursor) this.faults.push(error)
    // Nothing was ever known of where it began: it would be told so, and begin anew.
    if (cursor === undefined) this.hasLeft = true
    else queueMicrotask(() => this.#subscribe(cursor))
  }

  /** Its own token expires. */
  expire(): void {
    this.#subscription?.terminate({ message: 'expired', extensions: { code: 'UNAUTHENTICATED' } })
  }

  leave(): void {
    this.hasLeft = true
    this.#subscription?.leave()
  }

  #subscribe(after: unknown): void {
    if (this.hasLeft) return
    this.#subscription = this.#world.subscribe(this, this.user, after)
  }
}

class World {
  readonly clients: Client[] = []
  readonly upstreams: ReadonlyMap<string, PlayedUpstream>
  readonly #prepared: PreparedSubscription
  readonly #streams = new SharedStreams({
    limits: { ...DEFAULT_LIMITS.stream, queue_max: 4, kept: { frames_max: 3, bytes_max: 1_000_000 }, returning_ms: 0 },
    clock: systemClock,
    log: createLog({ service: 'test', level: 'silent' }),
  })
  /** The subgraph brings the events of whose tenant the token is. */
  readonly #source: StreamSource = {
    subscribe: (subscriber) => {
      const { authorization } = Object(subscriber.payload().extensions?.headers)
      return this.upstream(userOf(authorization).tenant).subscribe(subscriber)
    },
  }

  constructor(query: string, tellsStart: boolean) {
    const found = prepared.get(query)
    const resume = found?.resume
    if (found === undefined || resume === undefined) throw new Error('the stream of the test cannot be resumed')
    this.#prepared = found
    this.upstreams = new Map(TENANTS.map((tenant) => [tenant, new PlayedUpstream(resume, tellsStart, tenant)]))
  }

  /** In whose names streams of the subgraph are open. */
  get bearers(): readonly ToyUser[] {
    return [...this.upstreams.values()]
      .flatMap(({ streams }) => streams)
      .map(({ subscriber }) => userOf(Object(subscriber.payload().extensions?.headers).authorization))
  }

  upstream(tenant: string): PlayedUpstream {
    const upstream = this.upstreams.get(tenant)
    if (upstream === undefined) throw new Error(`no tenant ${tenant}`)
    return upstream
  }

  subscribe(client: Client, user: ToyUser, after: unknown): Subscription {
    const { resume } = this.#prepared
    const execute: EventExecutor = async (_prepared, _variables, { data }, { authorization }) => {
      const { days, source, ...others } = Reflect.get(Object(data), resume?.responseName ?? '')
      for (let turns = 0; turns <= (days * 7) % 4; turns += 1) await nextTurn()
      return { data: JSON.stringify({ days, source, others, by: userOf(authorization) }), errors: [] }
    }
    const variables = after === undefined ? {} : { after }
    return this.#streams.subscribe(
      { prepared: this.#prepared, resume, variables, after, context: contextOf(user), upstream: this.#source, execute },
      client,
    )
  }

  async settle(): Promise<void> {
    for (const upstream of this.upstreams.values()) await upstream.settle()
  }
}

type Command = (world: World) => unknown

const pick = <T>(items: readonly T[], index: number): T | undefined => items[index % Math.max(items.length, 1)]
const at = fc.nat(50)
const user = fc.constantFrom(...USERS)
const tenant = fc.constantFrom(...TENANTS)

/** Something that happens to one stream of a tenant. */
const toStream = (act: (upstream: PlayedUpstream, stream: PlayedUpstream['streams'][number]) => void) =>
  fc.tuple(tenant, at).map(([name, index]) => (world: World) => {
    const upstream = world.upstream(name)
    const stream = pick(upstream.streams, index)
    if (stream !== undefined) act(upstream, stream)
  })
const toTenant = (act: (upstream: PlayedUpstream) => void) =>
  tenant.map((name) => (world: World) => act(world.upstream(name)))
const toClient = (act: (client: Client) => void) =>
  at.map((index) => ({ clients }: World) => {
    const client = pick(clients, index)
    if (client?.hasLeft === false) act(client)
  })

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: toTenant((upstream) => upstream.append(2)) },
  { weight: 10, arbitrary: toStream((upstream, stream) => upstream.step(stream)) },
  { weight: 8, arbitrary: fc.constant(() => nextTurn()) },
  {
    weight: 4,
    arbitrary: user.map((who) => (world: World) => world.clients.push(new Client(world, who, undefined))),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(user, at).map(([who, index]) => (world: World) => {
      const after = index % (world.upstream(who.tenant).end + 1)
      world.clients.push(new Client(world, who, after))
    }),
  },
  { weight: 2, arbitrary: toClient((client) => client.leave()) },
  { weight: 2, arbitrary: toClient((client) => client.expire()) },
  { weight: 1, arbitrary: toStream((upstream, stream) => upstream.refuse(stream)) },
  { weight: 1, arbitrary: toTenant((upstream) => upstream.drop()) },
  { weight: 1, arbitrary: toTenant((upstream) => upstream.reconnect()) },
)

function expectToldRight(
  { user, told, joinedAt, after, hasLeft, faults }: Client,
  end: number,
  isCompleted: boolean,
): void {
  expect(faults).toEqual([])
  for (const { source, others } of told) expect([source, others]).toEqual([user.tenant, {}])
  for (const { by } of told) {
    expect(by).toMatchObject({ tenant: user.tenant, roles: user.roles })
    if (isCompleted || !isOperator(user)) expect(by.sub).toBe(user.sub)
  }
  const days = told.map((event) => event.days)
  const [first = joinedAt + 1] = days
  expect(days).toEqual(days.map((_, offset) => first + offset))
  expect(first).toBeLessThanOrEqual(joinedAt + 1)
  if (after !== undefined) expect(first).toBe(after + 1)
  if (!hasLeft) expect(joinedAt + days.length).toBeGreaterThanOrEqual(end)
}

/** Operators of a tenant get the same events; customers each their own. */
const audienceOf = ({ sub, tenant, roles }: ToyUser): string => (roles.includes('operator') ? tenant : tenant + sub)

test.each([
  ['alone', EVENTS_ALONE],
  ['completed in each one’s own name', COMPLETED],
])(
  'events %s: whoever comes, leaves, expires and is refused, each gets those of its tenant once and in order',
  async (_, query) => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(command, { maxLength: 150, size: 'max' }),
        async (tellsStart, commands) => {
          const world = new World(query, tellsStart)
          for (const act of commands) {
            await act(world)
            for (let turns = 0; turns < 12; turns += 1) await undefined
          }
          await world.settle()
          for (const upstream of world.upstreams.values()) upstream.append(1)
          await world.settle()
          for (const client of world.clients)
            expectToldRight(client, world.upstream(client.user.tenant).end, query === COMPLETED)
          const staying = world.clients.filter(({ hasLeft }) => !hasLeft)
          const opened = [...world.upstreams.values()].reduce((sum, { streams }) => sum + streams.length, 0)
          expect(opened).toBe(new Set(staying.map(({ user: who }) => audienceOf(who))).size)
          const people = new Set(staying.map(({ user: who }) => `${who.tenant} ${who.sub}`))
          for (const who of world.bearers) expect(people).toContain(`${who.tenant} ${who.sub}`)
          for (const client of staying) client.leave()
          for (const { streams } of world.upstreams.values()) expect(streams).toEqual([])
        },
      ),
      { numRuns: 700 },
    )
  },
)
