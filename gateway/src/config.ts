import { join } from 'node:path'
import {
  bool,
  csv,
  ms,
  nodeEnv,
  port,
  readConfig,
  seconds,
  secretsList,
  urlOf,
  urlToFetch,
} from '@carriergraph/shared/config.ts'
import { TELEMETRY_SETTINGS } from '@carriergraph/shared/telemetry/settings.ts'
import { z } from 'zod'
import { clientAddressBehind } from './admission/client-address.ts'
import type { GateSettings } from './admission/open-gate.ts'
import { DEFAULT_LIMITS, type GatewayLimits, PRODUCTION_OVERLOAD, PRODUCTION_QUOTAS } from './limits/limits.ts'
import { parseAddress } from './subgraphs/address.ts'
import { DEFAULT_SUBGRAPH_HEADERS, isForwardable } from './subgraphs/forwarded-headers.ts'
import { REQUEST_LOG_MODES } from './telemetry/request-log.ts'

const SUPERGRAPH_FILE = join(import.meta.dirname, '../../schema/supergraph.graphql')

const PERSISTED_DOCUMENTS_FILE = join(import.meta.dirname, '../../schema/persisted-documents.json')

const whole = z
  .string()
  .regex(/^[1-9]\d{0,11}$/, 'expected a whole number above 0')
  .transform(Number)

const wholeOrOff = z.union([z.literal('off'), whole], 'expected off, or a whole number above 0')

const someMs = ms.refine((value) => value > 0, 'expected a whole number above 0')

const someMsOrOff = z.union([z.literal('off'), someMs], 'expected off, or some milliseconds, fewer than 2147483648')

const someSeconds = seconds.refine((value) => value > 0, 'expected a whole number above 0')

/** `*`, or as browsers write it in `Origin`: no other text is ever equal to that. */
const origins = csv.refine(
  (entries) => entries.every((entry) => entry === '*' || isOrigin(entry)),
  'expected * or origins like https://app.example:8443, in lower case, without a path or a default port',
)

/** Of pages, and of apps whose scheme is their own (`capacitor://localhost`). */
function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.host === '' || url.host.includes('*')) return false
  return (url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin) === text
}

const redisUrl = urlOf('redis:', 'rediss:')
  .refine(
    (text) => /^\/?\d*$/.test(new URL(text).pathname),
    'names no database by its number, as redis://host:6379/0 does',
  )
  .refine((text) => isDecodable(new URL(text)), 'has a user or a password with a % in it, expected %25')

/** Of the user and the password, as the client of Redis reads them. */
function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password)
    return true
  } catch {
    return false
  }
}

const proxies = csv.transform((entries, context) => {
  try {
    clientAddressBehind(entries)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
  }
  return entries
})

/** Between the URLs of one subgraph; no URL has it unescaped. */
const URL_SEPARATOR = '|'

const subgraphUrls = csv.transform((entries, context) => {
  const urls = new Map<string, readonly string[]>()
  for (const [index, entry] of entries.entries()) {
    const [, name, list = ''] = /^([^=:/]+)=(.+)$/.exec(entry) ?? []
    const addresses = list.split(URL_SEPARATOR).map((url) => url.trim())
    const areAddresses = addresses.every((url) => parseAddress(url) !== undefined)
    if (name !== undefined && areAddresses && !urls.has(name)) urls.set(name, addresses)
    else {
      // By its position alone: a URL may carry a password.
      const message = `entry ${index + 1} is not name=http://…|http://…, or names a subgraph again`
      context.addIssue({ code: 'custom', message })
    }
  }
  return urls
})

const subgraphHeaders = csv.transform((names, context) =>
  names.map((name) => {
    const header = name.toLowerCase()
    if (!isForwardable(header))
      context.addIssue({ code: 'custom', message: `${name} cannot be passed on, or always is` })
    return header
  }),
)

/** As many as the largest machines have cores: a gateway does nothing but work. */
const WORKERS_MAX = 256

/** Far below what a subgraph takes (256). */
const CALLS_PER_CONNECTION_MAX = 128

/** Far below what Node holds as one text, and what `ws` counts up to (2^31). */
const BODY_BYTES_CEILING = 2 ** 28

/** What stands around a body in a message of graphql-ws: its type and an id. */
const ENVELOPE_BYTES = 1_024

/** The environment that the gateway reads. */
export const GATEWAY_SETTINGS = {
  PORT: port.default(4000),
  HOST: z.string().default('127.0.0.1'),
  NODE_ENV: nodeEnv.default('development'),
  /** Processes that share the port. */
  WORKERS: whole.refine((count) => count <= WORKERS_MAX, `expected at most ${WORKERS_MAX}`).default(1),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** The composed supergraph, with its authorisation directives. */
  SUPERGRAPH_FILE: z.string().default(SUPERGRAPH_FILE),
  /** How often that file is looked at for a change. */
  SUPERGRAPH_POLL_MS: someMs.default(2_000),
  /** `name=http://…|http://…,other=http+unix:///run/other.sock:/graphql`, where the supergraph says otherwise. */
  SUBGRAPH_URLS: subgraphUrls.optional(),
  /** Headers of a client's request that subgraphs get beside the token, the correlation id and the trace context. */
  SUBGRAPH_HEADERS: subgraphHeaders.default([...DEFAULT_SUBGRAPH_HEADERS]),
  SIGNING_KEYS: secretsList,
  JWKS_URL: urlToFetch,
  JWT_ISSUER: z.string(),
  JWT_AUDIENCE: z.string(),
  /** Origins whose pages may use the graph; `*` for all. */
  CORS_ORIGINS: origins.default(['*']),
  /** Whether anybody may ask for the schema, and is told which name they may have meant. Off in production. */
  INTROSPECTION: z.enum(['on', 'off']).optional(),
  /** The page at `/`, where the graph is explored. Off in production. */
  PLAYGROUND: z.enum(['on', 'off']).optional(),
  /** Pre-filled in the playground; for development only. */
  PLAYGROUND_TOKEN: z.string().optional(),
  /** How many operations one POST may carry as a list; without it lists are refused. */
  BATCH_MAX: whole.optional(),
  /** Whether documents have to be registered, which they have in production unless set otherwise. */
  PERSISTED_DOCUMENTS: z.enum(['off', 'allow', 'require']).optional(),
  /** Manifests of registered documents. */
  PERSISTED_DOCUMENTS_FILES: csv.default([PERSISTED_DOCUMENTS_FILE]),
  /** How often they are looked at for a change. */
  PERSISTED_DOCUMENTS_POLL_MS: someMs.default(2_000),
  /** Proxies whose `x-forwarded-for` is believed: addresses, ranges, or loopback, linklocal, uniquelocal. */
  TRUSTED_PROXIES: proxies.optional(),
  /** Where gateway processes count quotas and keep answers together. */
  REDIS_URL: redisUrl.optional(),
  QUOTA_WINDOW_S: someSeconds.default(PRODUCTION_QUOTAS.window_s),
  /** Requests of one client address in a window, as for the others: in production limited unless `off`. */
  CLIENT_REQUESTS_MAX: wholeOrOff.optional(),
  /** Operations of one user in a window. */
  USER_OPERATIONS_MAX: wholeOrOff.optional(),
  /** Cost of one user's operations in a window. */
  USER_COST_MAX: wholeOrOff.optional(),
  /** Delay of the event loop from which requests are turned away; in production set unless `off`. */
  OVERLOAD_DELAY_MS: someMsOrOff.optional(),
  /** Of a POST, and of what a message over WebSocket carries. */
  BODY_BYTES_MAX: whole
    .refine((bytes) => bytes <= BODY_BYTES_CEILING, `expected at most ${BODY_BYTES_CEILING}`)
    .default(DEFAULT_LIMITS.body_bytes_max),
  DEPTH_MAX: whole.default(DEFAULT_LIMITS.operation.depth_max),
  TOKENS_MAX: whole.default(DEFAULT_LIMITS.tokens_max),
  ALIASES_MAX: whole.default(DEFAULT_LIMITS.operation.aliases_max),
  ROOT_FIELDS_MAX: whole.default(DEFAULT_LIMITS.operation.root_fields_max),
  VARIABLES_BYTES_MAX: whole.default(DEFAULT_LIMITS.variables.bytes_max),
  LIST_ITEMS_MAX: whole.default(DEFAULT_LIMITS.variables.list_items_max),
  PAGE_ITEMS_MAX: whole.default(DEFAULT_LIMITS.cost.page_items_max),
  COST_MAX: whole.default(DEFAULT_LIMITS.cost.cost_max),
  /** Threads that plan, some 60 MB each. */
  PLANNER_THREADS: whole.default(DEFAULT_LIMITS.planner.threads),
  /** How long one operation may be planned before it is refused. */
  PLAN_MS_MAX: someMs.default(DEFAULT_LIMITS.planner.plan_ms_max),
  /** JSON: when calls to a subgraph are answered from before, or not made. Followed while the gateway runs. */
  DEGRADE_RULES_FILE: z.string().optional(),
  /** How often that file is looked at for a change. */
  DEGRADE_RULES_POLL_MS: someMs.default(2_000),
  /** Of answers that are kept in this process. */
  CACHE_BYTES_MAX: whole.default(DEFAULT_LIMITS.cache.memory_bytes_max),
  SUBGRAPH_DEADLINE_MS: someMs.default(DEFAULT_LIMITS.subgraph.deadline_ms),
  /** Queries at once on a connection to a subgraph that takes several; 1 for HTTP alone. */
  SUBGRAPH_CALLS_PER_CONNECTION: whole
    .refine((count) => count <= CALLS_PER_CONNECTION_MAX, `expected at most ${CALLS_PER_CONNECTION_MAX}`)
    .default(DEFAULT_LIMITS.subgraph.connection.calls_max),
  UPSTREAM_LOST_MS_MAX: someMs.default(DEFAULT_LIMITS.upstream.lost_ms_max),
  ...TELEMETRY_SETTINGS,
  /** Which requests get a line in the log: those that were not answered in full, those and the slow ones, or all. */
  REQUEST_LOG: z.enum(REQUEST_LOG_MODES).default('slow'),
  REQUEST_LOG_SLOW_MS: someMs.default(1_000),
  /** Whether a client's `traceparent` is gone on with; from the public, it could have every request recorded. */
  TRACE_CONTEXT_TRUSTED: bool.default(false),
}

const schema = z.object(GATEWAY_SETTINGS)

export type GatewayConfig = ReturnType<typeof readGatewayConfig>

/**
 * The gateway's configuration from the environment.
 * @throws ConfigError that lists every fault at once
 */
export function readGatewayConfig(env: NodeJS.ProcessEnv = process.env) {
  const config = readConfig(schema, env)
  const limits: GatewayLimits = {
    ...DEFAULT_LIMITS,
    body_bytes_max: config.BODY_BYTES_MAX,
    websocket: { ...DEFAULT_LIMITS.websocket, message_bytes_max: config.BODY_BYTES_MAX + ENVELOPE_BYTES },
    batch_max: config.BATCH_MAX ?? DEFAULT_LIMITS.batch_max,
    tokens_max: config.TOKENS_MAX,
    operation: {
      ...DEFAULT_LIMITS.operation,
      depth_max: config.DEPTH_MAX,
      aliases_max: config.ALIASES_MAX,
      root_fields_max: config.ROOT_FIELDS_MAX,
    },
    variables: {
      ...DEFAULT_LIMITS.variables,
      bytes_max: config.VARIABLES_BYTES_MAX,
      list_items_max: config.LIST_ITEMS_MAX,
    },
    cost: { ...DEFAULT_LIMITS.cost, cost_max: config.COST_MAX, page_items_max: config.PAGE_ITEMS_MAX },
    planner: { ...DEFAULT_LIMITS.planner, threads: config.PLANNER_THREADS, plan_ms_max: config.PLAN_MS_MAX },
    subgraph: {
      ...DEFAULT_LIMITS.subgraph,
      deadline_ms: config.SUBGRAPH_DEADLINE_MS,
      connection: { ...DEFAULT_LIMITS.subgraph.connection, calls_max: config.SUBGRAPH_CALLS_PER_CONNECTION },
    },
    cache: { ...DEFAULT_LIMITS.cache, memory_bytes_max: config.CACHE_BYTES_MAX },
    upstream: { ...DEFAULT_LIMITS.upstream, lost_ms_max: config.UPSTREAM_LOST_MS_MAX },
  }
  const isProduction = config.NODE_ENV === 'production'
  // Both go together unless one is set: either shows everybody the whole graph.
  const isOn = (setting: 'on' | 'off' | undefined): boolean =>
    setting === undefined ? !isProduction : setting === 'on'
  return {
    port: config.PORT,
    host: config.HOST,
    workers: config.WORKERS,
    logLevel: config.LOG_LEVEL,
    supergraphFile: config.SUPERGRAPH_FILE,
    supergraphPoll_ms: config.SUPERGRAPH_POLL_MS,
    subgraphUrls: config.SUBGRAPH_URLS ?? new Map<string, readonly string[]>(),
    subgraphHeaders: config.SUBGRAPH_HEADERS,
    redisUrl: config.REDIS_URL,
    degradeRulesFile: config.DEGRADE_RULES_FILE,
    degradeRulesPoll_ms: config.DEGRADE_RULES_POLL_MS,
    signingKeys: config.SIGNING_KEYS,
    identity: { jwksUrl: config.JWKS_URL, issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE },
    allowedOrigins: config.CORS_ORIGINS,
    introspection: isOn(config.INTROSPECTION),
    playground: isOn(config.PLAYGROUND),
    playgroundToken: isProduction ? undefined : config.PLAYGROUND_TOKEN,
    persistedDocuments: {
      mode: config.PERSISTED_DOCUMENTS ?? (isProduction ? 'require' : 'allow'),
      files: config.PERSISTED_DOCUMENTS_FILES,
      poll_ms: config.PERSISTED_DOCUMENTS_POLL_MS,
    },
    trustedProxies: config.TRUSTED_PROXIES ?? [],
    gate: gateSettings(config, isProduction),
    limits,
    telemetry: config,
    requestLog: { mode: config.REQUEST_LOG, slow_ms: config.REQUEST_LOG_SLOW_MS },
    isTraceTrusted: config.TRACE_CONTEXT_TRUSTED,
  }
}

function gateSettings(config: z.infer<typeof schema>, isProduction: boolean): GateSettings {
  const orDefault = (setting: number | 'off' | undefined, inProduction: number | undefined): number | undefined =>
    setting === 'off' ? undefined : (setting ?? (isProduction ? inProduction : undefined))
  const delay_ms_max = orDefault(config.OVERLOAD_DELAY_MS, PRODUCTION_OVERLOAD.delay_ms_max)
  const fullRatio = PRODUCTION_OVERLOAD.delay_ms_full / PRODUCTION_OVERLOAD.delay_ms_max
  return {
    redisUrl: config.REDIS_URL,
    quotas: {
      window_s: config.QUOTA_WINDOW_S,
      client_requests_max: orDefault(config.CLIENT_REQUESTS_MAX, PRODUCTION_QUOTAS.client_requests_max),
      user_operations_max: orDefault(config.USER_OPERATIONS_MAX, PRODUCTION_QUOTAS.user_operations_max),
      user_cost_max: orDefault(config.USER_COST_MAX, PRODUCTION_QUOTAS.user_cost_max),
    },
    overload: delay_ms_max === undefined ? undefined : { delay_ms_max, delay_ms_full: delay_ms_max * fullRatio },
  }
}
