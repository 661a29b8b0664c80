import { setImmediate as nextTurn } from 'node:timers/promises'
import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import fc from 'fast-check'
import type { GraphQLFormattedError } from 'graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import { createDocuments } from '../../graph/documents.ts'
import { createApolloPlanner } from '../../planner/apollo-planner.ts'
import { loadSupergraph } from '../../supergraph/load.ts'
import { untimed } from '../../telemetry/observation.ts'
import { LIBRARY_SDL } from '../../testing/library-sdl.ts'
import { PlayedUpstream } from '../../testing/played-upstream.ts'
import { createPreparer, type PreparedSubscription } from '../prepare.ts'
import type { ResumableStream } from '../resume.ts'
import type { Frame } from './frame.ts'
import { SharedStreams } from './shared-streams.ts'
import type { Subscriber, Subscription } from './subscription.ts'

const QUERY = 'subscription ($after: String) { bookLent(after: $after) { days } }'

let prepared: PreparedSubscription
let resume: ResumableStream
beforeAll(async () => {
  const supergraph = loadSupergraph(LIBRARY_SDL)
  const { apiSchema } = supergraph
  const documents = createDocuments({ apiSchema, rules: [], tokens_max: 100, introspection: true, phase: untimed })
  const preparer = createPreparer(supergraph, createApolloPlanner(supergraph.plannable))
  prepared = await preparer.prepare(documents.find(QUERY, undefined))
  if (prepared.resume === undefined) throw new Error('the stream of the test cannot be resumed')
  resume = prepared.resume
})

/** A client that subscribes again, where it was, whenever it is ended. */
class Client implements Subscriber {
  taken: number[] = []
  readonly endings: GraphQLFormattedError[] = []
  /** The latest event that had happened when it first subscribed. */
  joinedAt: number
  after: number | undefined
  takes = true
  hasLeft = false
  subscription: Subscription | undefined
  readonly #world: World

  constructor(world: World, after: number | undefined) {
    this.#world = world
    this.joinedAt = world.upstream.end
    this.after = after
    this.#subscribe(after === undefined ? undefined : String(after))
  }

  next(frame: Frame): boolean {
    this.taken.push(Number(JSON.parse(frame.encoded((payload) => payload, '').toString()).data))
    return this.takes
  }

  complete(): void {
    throw new Error('an upstream that never completes was told to clients as complete')
  }

  error([error]: readonly GraphQLFormattedError[]): void {
    if (error === undefined) throw new Error('an ending without a reason')
    this.endings.push(error)
    // What it has is behind the cursor that it is told, and nothing else is.
    const cursor = error.extensions?.cursor
    if (this.taken.length > 0) expect(cursor).toBe(String(this.taken.at(-1)))
    // Told that there may be a gap, it begins anew.
    if (cursor === undefined) this.#startAnew()
    this.takes = true
    queueMicrotask(() => this.#subscribe(cursor))
  }

  leave(): void {
    this.hasLeft = true
    this.subscription?.leave()
  }

  drain(): void {
    this.takes = true
    this.subscription?.drained()
  }

  #startAnew(): void {
    this.joinedAt = this.#world.upstream.end
    this.after = undefined
    this.taken = []
  }

  #subscribe(after: unknown): void {
    if (this.hasLeft) return
    const variables = after === undefined ? {} : { after }
    const context = {
      actor: ANONYMOUS,
      authorization: undefined,
      correlationId: 'of-the-test',
      clientAddress: '127.0.0.1',
    }
    const { upstream, streams } = this.#world
    const execute = async (_prepared: unknown, _variables: unknown, { data }: { data?: unknown }) => {
      const days: number = Reflect.get(Reflect.get(Object(data), resume.responseName), 'days')
      // Some take longer than those behind them.
      for (let turns = 0; turns <= (days * 7) % 4; turns += 1) await nextTurn()
      return { data: JSON.stringify(days), errors: [] }
    }
    this.subscription = streams.subscribe({ prepared, resume, variables, after, context, upstream, execute }, this)
  }
}

interface World {
  readonly upstream: PlayedUpstream
  readonly streams: SharedStreams
  readonly clients: Client[]
}

type Command = (world: World) => void | Promise<void>

const pick = <T>(items: readonly T[], index: number): T | undefined => items[index % Math.max(items.length, 1)]
const index = fc.nat(50)

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.integer({ min: 1, max: 4 }).map(
      (count) =>
        ({ upstream }: World) =>
          upstream.append(count),
    ),
  },
  {
    weight: 8,
    arbitrary: index.map(
      (at) =>
        ({ upstream }: World) =>
          stepOne(upstream, at),
    ),
  },
  { weight: 8, arbitrary: fc.constant(async () => await nextTurn()) },
  { weight: 2, arbitrary: fc.constant((world: World) => void world.clients.push(new Client(world, undefined))) },
  {
    weight: 3,
    arbitrary: index.map(
      (at) => (world: World) => void world.clients.push(new Client(world, at % (world.upstream.end + 1))),
    ),
  },
  {
    weight: 1,
    arbitrary: index.map(
      (at) =>
        ({ clients }: World) =>
          pick(clients, at)?.leave(),
    ),
  },
  {
    weight: 2,
    arbitrary: index.map(
      (at) =>
        ({ clients }: World) =>
          stopTaking(pick(clients, at)),
    ),
  },
  {
    weight: 2,
    arbitrary: index.map(
      (at) =>
        ({ clients }: World) =>
          pick(clients, at)?.drain(),
    ),
  },
  { weight: 1, arbitrary: fc.constant(({ upstream }: World) => upstream.drop()) },
  { weight: 1, arbitrary: fc.constant(({ upstream }: World) => upstream.reconnect()) },
)

function stepOne(upstream: PlayedUpstream, at: number): void {
  const stream = pick(upstream.streams, at)
  if (stream !== undefined) upstream.step(stream)
}

function stopTaking(client: Client | undefined): void {
  if (client !== undefined) client.takes = false
}

type Sizes = typeof sizes extends fc.Arbitrary<infer T> ? T : never
const sizes = fc.record({
  queue_max: fc.integer({ min: 1, max: 6 }),
  completing_max: fc.integer({ min: 1, max: 4 }),
  behind_max: fc.integer({ min: 1, max: 8 }),
  kept_max: fc.integer({ min: 1, max: 4 }),
  returning_max: fc.integer({ min: 0, max: 6 }),
  tellsStart: fc.boolean(),
})

function worldOf({ queue_max, completing_max, behind_max, kept_max, returning_max, tellsStart }: Sizes): World {
  const bytes_max = 1_000_000
  return {
    upstream: new PlayedUpstream(resume, tellsStart),
    streams: new SharedStreams({
      limits: {
        queue_max,
        completing_max,
        behind: { frames_max: behind_max, bytes_max },
        kept: { frames_max: kept_max, bytes_max },
        returning: { frames_max: kept_max + returning_max, bytes_max },
        returning_ms: returning_max > 0 ? 1_000_000 : 0,
        stall_ms_max: 1_000_000,
      },
      clock: systemClock,
      log: createLog({ service: 'test', level: 'silent' }),
    }),
    clients: [],
  }
}

describe('whatever happens in whatever order', () => {
  test('every client gets every event behind its start once and in order, and in the end one stream serves all', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.array(command, { maxLength: 200, size: 'max' }), async (size, commands) => {
        const world = worldOf(size)
        const { upstream, clients } = world
        for (const act of commands) {
          await act(world)
          // Whoever subscribed now has done so before anything else happens.
          for (let turns = 0; turns < 8; turns += 1) await undefined
        }
        for (const client of clients) client.drain()
        await upstream.settle()
        upstream.append(1)
        await upstream.settle()
        for (const { taken, after, joinedAt, hasLeft } of clients) {
          const [first = upstream.end] = taken
          expect(taken).toEqual(taken.map((_, offset) => first + offset))
          if (after !== undefined && taken.length > 0) expect(first).toBe(after + 1)
          expect(first).toBeLessThanOrEqual(hasLeft ? upstream.end : joinedAt + 1)
          if (!hasLeft) expect(taken.at(-1)).toBe(upstream.end)
        }
        const staying = clients.filter(({ hasLeft }) => !hasLeft)
        expect(upstream.streams.length).toBe(staying.length > 0 ? 1 : 0)
        for (const client of staying) client.leave()
        expect(upstream.streams.length).toBe(0)
      }),
      { numRuns: 1_500 },
    )
  })
})
