import { join } from 'node:path'
import { csv, port, readConfig, secretsList, url } from '@carriergraph/shared/config.ts'
import { z } from 'zod'
import { DEFAULT_LIMITS, type GatewayLimits } from './limits/limits.ts'

const SUPERGRAPH_FILE = join(import.meta.dirname, '../../schema/supergraph.graphql')

const whole = z
  .string()
  .regex(/^[1-9]\d{0,11}$/, 'expected a whole number above 0')
  .transform(Number)

const subgraphUrls = csv.transform((entries, context) => {
  const urls = new Map<string, string>()
  for (const entry of entries) {
    const [, name, address = ''] = /^([^=]+)=(.+)$/.exec(entry) ?? []
    const isHttp = URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)
    if (name !== undefined && isHttp && !urls.has(name)) urls.set(name, address)
    else context.addIssue({ code: 'custom', message: `${entry} is not name=http://…, or names a subgraph again` })
  }
  return urls
})

/** The environment that the gateway reads. */
export const GATEWAY_SETTINGS = {
  PORT: port.default(4000),
  HOST: z.string().default('127.0.0.1'),
  NODE_ENV: z.string().default('development'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** The composed supergraph, with its authorisation directives. */
  SUPERGRAPH_FILE: z.string().default(SUPERGRAPH_FILE),
  /** How often that file is looked at for a change. */
  SUPERGRAPH_POLL_MS: whole.default(2_000),
  /** `name=http://…,other=http://…`: where subgraphs are, other than the supergraph says. */
  SUBGRAPH_URLS: subgraphUrls.optional(),
  SIGNING_KEYS: secretsList,
  JWKS_URL: url,
  JWT_ISSUER: z.string(),
  JWT_AUDIENCE: z.string(),
  /** Origins whose pages may use the graph; `*` for all. */
  CORS_ORIGINS: csv.default(['*']),
  /** Pre-filled in the playground; for development only. */
  PLAYGROUND_TOKEN: z.string().optional(),
  BODY_BYTES_MAX: whole.default(DEFAULT_LIMITS.body_bytes_max),
  DEPTH_MAX: whole.default(DEFAULT_LIMITS.operation.depth_max),
  TOKENS_MAX: whole.default(DEFAULT_LIMITS.tokens_max),
  SUBGRAPH_DEADLINE_MS: whole.default(DEFAULT_LIMITS.subgraph.deadline_ms),
  UPSTREAM_LOST_MS_MAX: whole.default(DEFAULT_LIMITS.upstream.lost_ms_max),
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
    tokens_max: config.TOKENS_MAX,
    operation: { ...DEFAULT_LIMITS.operation, depth_max: config.DEPTH_MAX },
    subgraph: { ...DEFAULT_LIMITS.subgraph, deadline_ms: config.SUBGRAPH_DEADLINE_MS },
    upstream: { ...DEFAULT_LIMITS.upstream, lost_ms_max: config.UPSTREAM_LOST_MS_MAX },
  }
  const isProduction = config.NODE_ENV === 'production'
  return {
    port: config.PORT,
    host: config.HOST,
    logLevel: config.LOG_LEVEL,
    supergraphFile: config.SUPERGRAPH_FILE,
    supergraphPoll_ms: config.SUPERGRAPH_POLL_MS,
    subgraphUrls: config.SUBGRAPH_URLS ?? new Map<string, string>(),
    signingKeys: config.SIGNING_KEYS,
    identity: { jwksUrl: config.JWKS_URL, issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE },
    allowedOrigins: config.CORS_ORIGINS,
    /** Playground and introspection go together: either shows everybody the whole graph. */
    isExplorable: !isProduction,
    playgroundToken: isProduction ? undefined : config.PLAYGROUND_TOKEN,
    limits,
  }
}
