import { join } from 'node:path'
import { repositoryFile, SUBGRAPHS, type SubgraphName } from '../subgraphs.ts'
import type { ServiceSpec } from './child.ts'
import type { Identity, Installation } from './installation.ts'

const HOST = '127.0.0.1'

/** Where the services keep what they know. */
export interface Databases {
  databaseUrls: Record<SubgraphName, string>
  eventBusUrl: string
}

/** What is found out or made while starting, and what the services are then told. */
export interface Wiring extends Databases {
  /** The value of SIGNING_KEYS. */
  signingKeys: string
  identity: Identity
  /** VAULT_KEY or VAULT_KEY_FILE, for payments alone. */
  vaultKeys: Readonly<Record<string, string>>
  /** Token that the playground sends; null where there is no development issuer. */
  playgroundToken: string | null
}

/** Where people and programs reach the graph. */
export const graphUrlOf = (installation: Installation): string => `http://${HOST}:${installation.ports.gateway}/graphql`

const subgraphUrl = (installation: Installation, name: SubgraphName): string =>
  `http://${HOST}:${installation.ports[name]}/graphql`

/** Compiled code is kept here, told apart by its content: it takes a third off the processor time of every later start. */
const COMPILE_CACHE = repositoryFile('node_modules/.cache/carriergraph')
/** libpq's variables are meant for somebody else's server, and each service is told its own secrets and no others. */
const NOT_PASSED_ON = /^PG|DATABASE_URL|^EVENT_BUS_URL$|^SIGNING_KEYS$|^VAULT_KEY/

/** What every process gets: the environment of the start, so that limits, log level and proxies reach all of them. */
function inherited(): Record<string, string> {
  const passed = Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.test(name))
  return { NODE_COMPILE_CACHE: COMPILE_CACHE, ...Object.fromEntries(passed) } as Record<string, string>
}

/**
 * Each process serves its metrics on a port of its own: the gateway on METRICS_PORT, the subgraphs, in their order, on
 * those behind it.
 */
function metricsPort(name: SubgraphName | 'gateway'): Record<string, string> {
  const first = Number(process.env.METRICS_PORT ?? 0)
  if (!(first > 0)) return {}
  return { METRICS_PORT: String(first + 1 + SUBGRAPHS.findIndex((subgraph) => subgraph.name === name)) }
}

/** What the four subgraphs and the gateway have in common. */
function service(installation: Installation, wiring: Wiring, name: SubgraphName | 'gateway') {
  const port = installation.ports[name]
  return {
    name,
    env: {
      ...inherited(),
      ...metricsPort(name),
      HOST,
      PORT: String(port),
      SIGNING_KEYS: wiring.signingKeys,
      JWKS_URL: wiring.identity.jwksUrl,
      JWT_ISSUER: wiring.identity.issuer,
      JWT_AUDIENCE: wiring.identity.audience,
    },
    readyUrl: `http://${HOST}:${port}/health/ready`,
    logFile: join(installation.directory, 'logs', `${name}.log`),
  }
}

/** The four subgraphs as processes. */
export function subgraphServices(installation: Installation, wiring: Wiring): ServiceSpec[] {
  return SUBGRAPHS.map(({ name }) => {
    const common = service(installation, wiring, name)
    const env = {
      ...common.env,
      DATABASE_URL: wiring.databaseUrls[name],
      EVENT_BUS_URL: wiring.eventBusUrl,
      ...(name === 'payments' && { RISK_URL: subgraphUrl(installation, 'risk'), ...wiring.vaultKeys }),
    }
    return { ...common, entry: repositoryFile(`subgraphs/${name}/src/main.ts`), env }
  })
}

/** The gateway as a process. */
export function gatewayService(installation: Installation, wiring: Wiring): ServiceSpec {
  const common = service(installation, wiring, 'gateway')
  const env = {
    ...common.env,
    SUBGRAPH_URLS: SUBGRAPHS.map(({ name }) => `${name}=${subgraphUrl(installation, name)}`).join(','),
    ...(wiring.playgroundToken !== null && { PLAYGROUND_TOKEN: wiring.playgroundToken }),
  }
  return { ...common, entry: repositoryFile('gateway/src/main.ts'), env }
}

/** The traffic simulator as a process; it works through the public graph with a token of its own. */
export function simulatorService(installation: Installation, token: string): ServiceSpec {
  return {
    name: 'simulator',
    entry: repositoryFile('scripts/simulator/main.ts'),
    env: { ...inherited(), GRAPH_URL: graphUrlOf(installation), TOKEN: token },
    readyUrl: null,
    logFile: join(installation.directory, 'logs', 'simulator.log'),
  }
}
