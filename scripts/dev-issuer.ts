import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { type Role, TENANT_PATTERN } from '@carriergraph/shared/auth/actor.ts'
import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import { listen } from '@carriergraph/shared/server/listen.ts'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import { importJWK, SignJWT } from 'jose'
import { ALGORITHM, devKey } from './dev-key.ts'
import { repositoryFile } from './subgraphs.ts'

/** `iss` and `aud` of every development token: JWT_ISSUER and JWT_AUDIENCE of the services that accept it. */
export const DEV_ISSUER = 'carriergraph-dev-issuer'
export const DEV_AUDIENCE = 'carriergraph'
export const DEV_KEY_FILE = repositoryFile('.carriergraph/issuer.jwk')
export const JWKS_PATH = '/.well-known/jwks.json'

export type DevIssuer = {
  readonly jwksUrl: string
  readonly issuer: string
  readonly keyFile: string
  stop(): Promise<void>
}

/**
 * Publishes the development key, made at the first call and kept in `keyFile`. Whoever can read that file can sign in
 * as anybody, so this is never for production.
 * @param options.port 0 lets the system choose
 * @param options.host loopback unless containers have to reach it
 * @throws StartupFault in production, or when the port is in use
 */
export async function startDevIssuer(options: { port: number; host?: string; keyFile?: string }): Promise<DevIssuer> {
  refuseInProduction()
  const keyFile = options.keyFile ?? DEV_KEY_FILE
  const { d: _private, ...published } = await devKey(keyFile)
  const answers = new Map([
    [JWKS_PATH, JSON.stringify({ keys: [published] })],
    ['/health/ready', '{"status":"ready"}'],
  ])
  const server = createServer((request, response) => {
    const found = request.method === 'GET' ? answers.get(request.url ?? '') : undefined
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(found ?? '{}')
  })
  const port = await listen(server, options.port, options.host ?? LOOPBACK)
  return {
    jwksUrl: `http://${LOOPBACK}:${port}${JWKS_PATH}`,
    issuer: DEV_ISSUER,
    keyFile,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export type TokenRequest = {
  readonly role: Role
  /** Of a customer or operator; by default the first of the demo data. */
  readonly user?: Id<'usr'>
  /** Of a service: its subject becomes `svc:<service>`. */
  readonly service?: string
  readonly tenant?: string
  /** Separated by spaces; by default what the role usually has. */
  readonly scope?: string
  readonly ttl_s?: number
  readonly now?: Date
}

/**
 * A token that every service of a development graph accepts.
 * @throws StartupFault in production, or for a tenant id of the wrong form
 */
export async function issueToken({ keyFile }: Pick<DevIssuer, 'keyFile'>, request: TokenRequest): Promise<string> {
  refuseInProduction()
  const { role, service = 'dev', tenant = 'demo', scope = SCOPES[role], ttl_s = TTL_S, now = new Date() } = request
  if (!TENANT_PATTERN.test(tenant)) throw new StartupFault(`${JSON.stringify(tenant)} is not a tenant id.`)
  const subject = role === 'service' ? `svc:${service}` : (request.user ?? DEMO_USERS[role])
  const key = await devKey(keyFile)
  const issued_s = Math.floor(now.getTime() / 1000)
  return new SignJWT({ tenant, roles: [role], scope })
    .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: 'JWT' })
    .setSubject(subject)
    .setIssuer(DEV_ISSUER)
    .setAudience(DEV_AUDIENCE)
    .setIssuedAt(issued_s)
    .setExpirationTime(issued_s + ttl_s)
    .setJti(randomUUID())
    .sign(await importJWK(key, ALGORITHM))
}

function refuseInProduction(): void {
  if (process.env.NODE_ENV === 'production')
    throw new StartupFault('The development token issuer does not run in production: set JWKS_URL to a real one.')
}

const LOOPBACK = '127.0.0.1'

/** A working day. */
const TTL_S = 12 * 3600

const DEMO_USERS = { operator: namedId('usr', 'demo/olga'), customer: namedId('usr', 'demo/ada') } as const

const scopesOf = (...rights: readonly string[]): string =>
  ['network', 'billing', 'payments', 'risk'].flatMap((name) => rights.map((right) => `${name}:${right}`)).join(' ')

const SCOPES: Readonly<Record<Role, string>> = {
  operator: scopesOf('read', 'write', 'admin'),
  customer: `${scopesOf('read')} payments:write`,
  service: scopesOf('read', 'write'),
}
