import type { Registry } from 'prom-client'
import { createTokenVerifier, TOKEN_ALGORITHMS } from '../auth/verify.ts'
import type { Policies } from '../authorize/check.ts'
import { EventConsumer, type EventConsumerOptions } from '../bus/consumer.ts'
import { Dispatcher } from '../bus/dispatcher.ts'
import { openPostgresEventBus } from '../bus/postgres/open.ts'
import { type Clock, systemClock } from '../clock.ts'
import { migrate } from '../db/migrate.ts'
import { outageIn } from '../db/outage.ts'
import { type Database, openDatabase, type TenantDb } from '../db/pools.ts'
import { sqlTelemetry } from '../db/sql-telemetry.ts'
import { JournalSealer } from '../journal/seal.ts'
import { JournalTail } from '../journal/tail.ts'
import type { Service } from '../lifecycle.ts'
import { createLog, type Log } from '../log.ts'
import { scalarResolvers } from '../scalars.ts'
import type { RequestContext, RequestInfo } from '../server/request-info.ts'
import { createSubgraphServer } from '../server/subgraph-server.ts'
import { createSignatureVerifier } from '../signature/verify.ts'
import { StartupFault } from '../startup-fault.ts'
import { openTelemetry } from '../telemetry/telemetry.ts'
import { readSdl } from './sdl.ts'
import type { SubgraphSettings } from './settings.ts'

/** What the kit gives to every request; a subgraph adds its loaders. */
export type ServiceContext = RequestContext & {
  /** The actor's tenant, and nothing else. */
  readonly db: TenantDb
  readonly journal: JournalTail
  readonly clock: Clock
}

/** What a subgraph's own background work gets. */
export type ServiceParts = {
  readonly database: Database
  readonly journal: JournalTail
  readonly clock: Clock
  readonly log: Log
  /** Where metrics of its own are registered; undefined where nobody scrapes. */
  readonly registry: Registry | undefined
}

/** Something that runs beside the server: started before it, stopped after it. */
export type Worker = { start(): Promise<void> | void; stop(): Promise<void> }

/** `name` is kept for ever: under another one every event would be consumed anew. */
export type ConsumerDefinition = Pick<EventConsumerOptions, 'name' | 'handlers'>

export type SubgraphDefinition<Context extends RequestContext> = {
  readonly name: string
  /** Absolute paths of the folder of the SDL, and of the one that drizzle-kit generated. */
  readonly sdlFolder: string
  readonly migrationsFolder: string
  readonly resolvers: Readonly<Record<string, unknown>>
  readonly policies: Policies<Context>
  readonly context: (base: ServiceContext, request: RequestInfo) => Context
  /** What it does with the events of others. */
  readonly consumers?: (parts: ServiceParts) => readonly ConsumerDefinition[]
  /** What else runs beside the server, such as a sweeper: started in this order, after the consumers. */
  readonly workers?: (parts: ServiceParts) => readonly Worker[]
}

export type ServiceOptions = { readonly clock?: Clock; readonly log?: Log }

/** How much a token's expiry may be off because of clocks that differ. */
const TOKEN_LEEWAY_S = 5
/** How long statements may run on when everything else has stopped. */
const CLOSE_TIMEOUT_S = 5

/**
 * Puts a subgraph together: migrates its database, follows its journal, publishes it to the event bus, consumes what
 * others publish, and serves its schema.
 * What it opens it registers in `resources`, so that whoever stops it closes everything in reverse order.
 */
export async function createSubgraphService<Context extends RequestContext>(
  definition: SubgraphDefinition<Context>,
  settings: SubgraphSettings,
  resources: AsyncDisposableStack,
  {
    clock = systemClock,
    log = createLog({ service: definition.name, level: settings.LOG_LEVEL }),
  }: ServiceOptions = {},
): Promise<Service> {
  const { name, migrationsFolder, resolvers, policies } = definition
  const telemetry = await openTelemetry(name, settings, resources, log)
  await reach(`DATABASE_URL_${name.toUpperCase()} or DATABASE_URL`, () =>
    migrate({ url: settings.DATABASE_URL, migrationsFolder }),
  )
  const database = openDatabase({
    url: settings.DATABASE_URL,
    applicationName: name,
    log,
    observer: sqlTelemetry(telemetry, name),
  })
  resources.defer(() => database.close({ timeout_s: CLOSE_TIMEOUT_S }))

  const bus = await reach('EVENT_BUS_URL', () =>
    openPostgresEventBus({ url: settings.EVENT_BUS_URL, applicationName: name, log }),
  )
  resources.defer(() => bus.close())

  const journal = new JournalTail({ database, log })
  const parts = { database, journal, clock, log, registry: telemetry.registry }
  const workers: Worker[] = [
    journal,
    new JournalSealer({ database, log, clock }),
    new Dispatcher({ source: name, database, tail: journal, bus, log, clock }),
    ...(definition.consumers?.(parts) ?? []).map(
      (consumer) => new EventConsumer({ ...consumer, bus, database, log, clock }),
    ),
    ...(definition.workers?.(parts) ?? []),
  ]
  for (const worker of workers) {
    resources.defer(() => worker.stop())
    await worker.start()
  }
  const verifier = createTokenVerifier({
    jwksUrl: settings.JWKS_URL,
    issuer: settings.JWT_ISSUER,
    audience: settings.JWT_AUDIENCE,
    algorithms: TOKEN_ALGORITHMS,
    clock,
    leeway_s: TOKEN_LEEWAY_S,
    log,
  })
  // The first caller shall not wait for the issuer's keys. Services speak without tokens, so that this one works without them;
  // that they did not come is logged where they are fetched.
  verifier.ready().catch(() => undefined)
  const server = createSubgraphServer<Context>({
    name,
    typeDefs: readSdl(definition.sdlFolder),
    resolvers: { ...scalarResolvers, ...resolvers },
    context: (request) =>
      definition.context({ ...request, db: database.forTenant(request.actor.tenant), journal, clock }, request),
    policies,
    verifier,
    signature: createSignatureVerifier({ keys: settings.SIGNING_KEYS, clock }),
    log,
    port: settings.PORT,
    socketPath: settings.SOCKET_PATH,
    host: settings.HOST,
    readiness: { database: () => database.ping() },
    clock,
    telemetry,
  })
  return { log, server }
}

/** Whoever starts the service can mend a database that cannot be reached, and is told which. */
async function reach<T>(variable: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    const outage = outageIn(error)
    if (outage === undefined) throw error
    throw new StartupFault(`The database of ${variable} cannot be reached: ${outage}`, { cause: error })
  }
}
