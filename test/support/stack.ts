import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { provisionDatabase } from '@carriergraph/shared/db/roles.ts'
import { createTestDatabase, type TestDatabase } from '@carriergraph/shared/testing/database.ts'
import { issueToken, startDevIssuer } from '../../scripts/dev-issuer.ts'
import { loadDemoData } from '../../scripts/start/demo.ts'
import { type Installation, installationFrom } from '../../scripts/start/installation.ts'
import { localVaultKeys } from '../../scripts/start/local-secrets.ts'
import { type RunningService, startService } from '../../scripts/start/service.ts'
import { gatewayService, subgraphServices, type Wiring } from '../../scripts/start/services.ts'
import { SUBGRAPHS, type SubgraphName } from '../../scripts/subgraphs.ts'
import { freePorts } from './free-ports.ts'

const POLL_MS = 50

type TokenOptions = Parameters<typeof issueToken>[1]

/** The whole graph as `pnpm start` runs it: real processes on databases of its own, under the same supervision. */
export interface Stack extends AsyncDisposable {
  graphUrl: string
  webSocketUrl: string
  playgroundUrl: string
  ports: Installation['ports']
  databases: Record<SubgraphName, TestDatabase>
  services: ReadonlyMap<string, RunningService>
  /** Where each service writes its log, as `<name>.log`. */
  logDirectory: string
  /** With which the gateway runs. */
  gatewayEnv: Readonly<Record<string, string>>
  token(options: TokenOptions): Promise<string>
}

/** A server other than that of all tests, so that it may be stopped. The caller ends it, after the stack. */
export interface OwnServer {
  /** For its superuser. */
  readonly url: string
}

/** Starts the five services with the demo data. `env` is added to the environment of every service. */
export async function startStack(env: Record<string, string> = {}, own?: OwnServer): Promise<Stack> {
  const cleanup = new AsyncDisposableStack()
  try {
    const directory = mkdtempSync(join(tmpdir(), 'carriergraph-stack-'))
    cleanup.defer(() => rmSync(directory, { recursive: true, force: true }))
    const installation = await installationOn(directory)
    const make = own === undefined ? sharedDatabase : (name: string) => databaseOn(own, name)
    const databases = await databasesFor(make, cleanup)
    const issuer = await startDevIssuer({ port: installation.ports.issuer, keyFile: join(directory, 'issuer.jwk') })
    cleanup.defer(() => issuer.stop())
    const bus = cleanup.use(await make('bus'))
    const wiring: Wiring = {
      databaseUrls: Object.fromEntries(
        SUBGRAPHS.map(({ name }) => [name, databases[name].url]),
      ) as Wiring['databaseUrls'],
      eventBusUrl: bus.url,
      signingKeys: 'test:a-signing-key-for-tests-of-32-characters',
      vaultKeys: localVaultKeys(directory),
      identity: { jwksUrl: issuer.jwksUrl, issuer: issuer.issuer, audience: 'carriergraph' },
      playgroundToken: await issueToken(issuer, { role: 'operator' }),
    }
    const services = new Map<string, RunningService>()
    const launch = async (specs: ReturnType<typeof subgraphServices>) => {
      for (const spec of specs) {
        const service = startService({ ...spec, env: { ...spec.env, ...env } }, () => undefined)
        cleanup.defer(() => service.stop())
        services.set(spec.name, service)
      }
      await Promise.all(specs.map((spec) => services.get(spec.name)?.ready()))
    }
    await launch(subgraphServices(installation, wiring))
    await loadDemoData(wiring)
    const gateway = gatewayService(installation, wiring)
    await launch([gateway])
    const address = `127.0.0.1:${installation.ports.gateway}`
    await untilNothingIsMissing(`http://${address}/health/ready`)
    return {
      graphUrl: `http://${address}/graphql`,
      webSocketUrl: `ws://${address}/graphql`,
      ports: installation.ports,
      playgroundUrl: `http://${address}/`,
      databases,
      services,
      logDirectory: join(directory, 'logs'),
      gatewayEnv: gateway.env,
      token: (options) => issueToken(issuer, options),
      [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
    }
  } catch (error) {
    await cleanup.disposeAsync()
    throw error
  }
}

/** A gateway answers before it has the issuer's keys, which on a loaded machine may take a while. */
async function untilNothingIsMissing(readyUrl: string): Promise<void> {
  const isReady = async () => Object(await (await fetch(readyUrl)).json()).status === 'ready'
  while (!(await isReady())) await wait(POLL_MS)
}

async function installationOn(directory: string): Promise<Installation> {
  const names = ['PORT', ...SUBGRAPHS.map(({ name }) => `PORT_${name.toUpperCase()}`), 'PORT_ISSUER']
  const ports = await freePorts(names.length)
  const env = Object.fromEntries(names.map((name, index) => [name, String(ports[index])]))
  return installationFrom({ ...env, CARRIERGRAPH_HOME: directory })
}

const sharedDatabase = (name: string): Promise<TestDatabase> => createTestDatabase({ name })

async function databaseOn(server: OwnServer, name: string): Promise<TestDatabase> {
  const password = randomBytes(16).toString('hex')
  const url = await provisionDatabase({ adminUrl: server.url, name, role: name, password })
  // It goes with its server.
  const drop = () => Promise.resolve()
  return { url, ownerUrl: url, drop, [Symbol.asyncDispose]: drop }
}

async function databasesFor(
  make: (name: string) => Promise<TestDatabase>,
  cleanup: AsyncDisposableStack,
): Promise<Record<SubgraphName, TestDatabase>> {
  const made = await Promise.all(
    SUBGRAPHS.map(async ({ name }) => [name, cleanup.use(await make(`stack_${name}`))] as const),
  )
  return Object.fromEntries(made) as Record<SubgraphName, TestDatabase>
}
