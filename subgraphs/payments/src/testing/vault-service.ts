import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { startIssuer } from '@carriergraph/shared/server/issuer.fixture.ts'
import { SIGNATURE_HEADER } from '@carriergraph/shared/signature/canonical.ts'
import { parseSigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { signRequest } from '@carriergraph/shared/signature/sign.ts'
import { createTestDatabase } from '@carriergraph/shared/testing/database.ts'
import { OtlpReceiver } from '@carriergraph/shared/testing/otlp-receiver.ts'
import { createPaymentsTestDatabase } from './payments-database.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const SIGNING_KEYS = `test:${'k'.repeat(32)}`

/** Who asks: the subject of a token, or nobody. */
export type Asker = { readonly sub: string; readonly roles: readonly string[]; readonly scope: string } | null

/** Payments as a process of their own that tells everything it can: trace log, traces, metrics. */
export type VaultService = AsyncDisposable & {
  readonly databaseUrl: string
  /** Sends a body as it is, and answers with the text of the answer. */
  send(asker: Asker, body: string): Promise<string>
  ask(asker: Asker, query: string, variables?: Record<string, unknown>): Promise<string>
  metrics(): Promise<string>
  /** Stops it, and answers with all that it said: on standard output and error, and to the collector. */
  stop(): Promise<{ readonly log: string; readonly spans: string }>
}

export async function startVaultService(
  vaultKey: string,
  more: Readonly<Record<string, string>> = {},
): Promise<VaultService> {
  const resources = new AsyncDisposableStack()
  const own = await createPaymentsTestDatabase()
  resources.defer(() => own.drop())
  const bus = resources.use(await createTestDatabase({ name: 'bus' }))
  const issuer = resources.use(await startIssuer())
  const collector = resources.use(await new OtlpReceiver().start())
  const [port, metricsPort] = [await freePort(), await freePort()]
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      DATABASE_URL: own.url,
      EVENT_BUS_URL: bus.url,
      SIGNING_KEYS,
      JWKS_URL: issuer.jwksUrl,
      JWT_ISSUER: 'issuer',
      JWT_AUDIENCE: 'graph',
      LOG_LEVEL: 'trace',
      RISK_URL: 'http://127.0.0.1:9/graphql',
      VAULT_KEY: vaultKey,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      ...more,
    },
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)))
  const exit = once(child, 'exit')
  resources.defer(() => ended(child, exit))
  const url = `http://127.0.0.1:${port}`
  while (!(await isReady(url))) if (child.exitCode !== null) throw new Error(said.join(''))

  const send = async (asker: Asker, body: string): Promise<string> => {
    const now = new Date()
    const keys = parseSigningKeys(SIGNING_KEYS)
    const signature = signRequest({ keys, method: 'POST', path: '/graphql', body, actor: '', now })
    const headers: Record<string, string> = { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature }
    if (asker !== null)
      headers.authorization = `Bearer ${await issuer.token(now, { ...asker, roles: [...asker.roles] })}`
    return (await fetch(`${url}/graphql`, { method: 'POST', body, headers })).text()
  }
  return {
    databaseUrl: own.url,
    send,
    ask: (asker, query, variables = {}) => send(asker, JSON.stringify({ query, variables })),
    metrics: async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
    async stop() {
      await ended(child, exit)
      return { log: said.join(''), spans: collector.bodies.join('\n') }
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function ended(child: ChildProcess, exit: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM')
  await exit
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`).then(
    (response) => response.ok,
    () => false,
  )

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port.')
  return address.port
}
