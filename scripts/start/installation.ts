import { join } from 'node:path'
import { repositoryFile, SUBGRAPHS, type SubgraphName } from '../subgraphs.ts'
import type { ServiceSpec } from './service.ts'
import { StartError } from './start-error.ts'

const HOST = '127.0.0.1'

/** Where everything of one local installation listens and lives. */
export interface Installation {
  /** Databases, logs, keys and secrets; removed, the next start begins anew. */
  directory: string
  ports: Record<SubgraphName | 'gateway' | 'issuer' | 'postgres', number>
  /** Databases that the environment names; the others are embedded. */
  databaseUrls: Partial<Record<SubgraphName, string>>
  eventBusUrl: string | undefined
  /** A token issuer that the environment names; without one the development issuer is started. */
  identity: { jwksUrl: string; issuer: string; audience: string } | null
  production: boolean
}

/** Reads the installation from the environment. Throws a StartError for a port that is none. */
export function installationFrom(env: NodeJS.ProcessEnv): Installation {
  const port = (variable: string, fallback: number): number => {
    const value = Number(env[variable] || fallback)
    if (Number.isInteger(value) && value > 0 && value < 65_536) return value
    throw new StartError(`${variable}=${env[variable]} is no port: give a whole number from 1 to 65535.`)
  }
  const jwksUrl = env.JWKS_URL
  return {
    directory: env.CARRIERGRAPH_HOME || repositoryFile('.carriergraph'),
    ports: {
      gateway: port('PORT', 4000),
      network: port('PORT_NETWORK', 4001),
      billing: port('PORT_BILLING', 4002),
      payments: port('PORT_PAYMENTS', 4003),
      risk: port('PORT_RISK', 4004),
      issuer: port('PORT_ISSUER', 4005),
      postgres: port('PORT_POSTGRES', 4006),
    },
    databaseUrls: Object.fromEntries(
      SUBGRAPHS.flatMap(({ name }) => {
        const url = env[databaseVariable(name)]
        return url ? [[name, url]] : []
      }),
    ),
    eventBusUrl: env.EVENT_BUS_URL || undefined,
    identity: jwksUrl ? { jwksUrl, issuer: env.JWT_ISSUER ?? '', audience: env.JWT_AUDIENCE ?? 'carriergraph' } : null,
    production: env.NODE_ENV === 'production',
  }
}

export const databaseVariable = (name: SubgraphName): string => `DATABASE_URL_${name.toUpperCase()}`

/**
 * What will listen where, and the variable that moves it. PostgreSQL is not among them: a server that an earlier start
 * left behind is adopted with its port.
 */
export function listeners(installation: Installation): Map<string, { port: number; variable: string }> {
  const { ports } = installation
  return new Map([
    ['the gateway', { port: ports.gateway, variable: 'PORT' }],
    ...SUBGRAPHS.map(
      ({ name }) => [`subgraph ${name}`, { port: ports[name], variable: `PORT_${name.toUpperCase()}` }] as const,
    ),
    ...(installation.identity === null
      ? [['the token issuer', { port: ports.issuer, variable: 'PORT_ISSUER' }] as const]
      : []),
  ])
}

/** What is found out or made while starting, and what the services are then told. */
export interface Wiring {
  databaseUrls: Record<SubgraphName, string>
  eventBusUrl: string
  signingKeys: string
  identity: { jwksUrl: string; issuer: string; audience: string }
  /** Token that the playground sends; null in production. */
  playgroundToken: string | null
}

const subgraphUrl = (installation: Installation, name: SubgraphName): string =>
  `http://${HOST}:${installation.ports[name]}/graphql`

/** The environment that every subgraph has in common. */
function sharedEnvironment(wiring: Wiring): Record<string, string> {
  return {
    ...inherited(),
    HOST,
    EVENT_BUS_URL: wiring.eventBusUrl,
    SIGNING_KEYS: wiring.signingKeys,
    JWKS_URL: wiring.identity.jwksUrl,
    JWT_ISSUER: wiring.identity.issuer,
    JWT_AUDIENCE: wiring.identity.audience,
  }
}

/** What a child may inherit: nothing that would switch a service to something that this start does not know of. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'SystemRoot', 'NODE_ENV', 'LOG_LEVEL', 'NODE_EXTRA_CA_CERTS']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

/** The four subgraphs as processes. */
export function subgraphServices(installation: Installation, wiring: Wiring): ServiceSpec[] {
  return SUBGRAPHS.map(({ name }) => ({
    name,
    entry: repositoryFile(`subgraphs/${name}/src/main.ts`),
    env: {
      ...sharedEnvironment(wiring),
      PORT: String(installation.ports[name]),
      DATABASE_URL: wiring.databaseUrls[name],
      ...(name === 'payments' ? { RISK_URL: subgraphUrl(installation, 'risk') } : {}),
    },
    readyUrl: `http://${HOST}:${installation.ports[name]}/health/ready`,
    logFile: join(installation.directory, 'logs', `${name}.log`),
  }))
}

/** The gateway as a process. */
export function gatewayService(installation: Installation, wiring: Wiring): ServiceSpec {
  return {
    name: 'gateway',
    entry: repositoryFile('gateway/src/main.ts'),
    env: {
      ...sharedEnvironment(wiring),
      PORT: String(installation.ports.gateway),
      SUBGRAPH_URLS: SUBGRAPHS.map(({ name }) => `${name}=${subgraphUrl(installation, name)}`).join(','),
      ...(wiring.playgroundToken === null ? {} : { PLAYGROUND_TOKEN: wiring.playgroundToken }),
    },
    readyUrl: `http://${HOST}:${installation.ports.gateway}/health/ready`,
    logFile: join(installation.directory, 'logs', 'gateway.log'),
  }
}

/** The traffic simulator as a process; it works through the public graph with a token of its own. */
export function simulatorService(installation: Installation, token: string): ServiceSpec {
  return {
    name: 'simulator',
    entry: repositoryFile('scripts/simulator/main.ts'),
    env: { ...inherited(), GRAPH_URL: `http://${HOST}:${installation.ports.gateway}/graphql`, TOKEN: token },
    readyUrl: null,
    logFile: join(installation.directory, 'logs', 'simulator.log'),
  }
}
