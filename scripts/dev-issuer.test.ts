import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTokenVerifier } from '@carriergraph/shared/auth/verify.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DEV_AUDIENCE, type DevIssuer, issueToken, startDevIssuer } from './dev-issuer.ts'
import { devKey } from './dev-key.ts'
import { repositoryFile } from './subgraphs.ts'

let home: string
let keyFile: string
const issuers: DevIssuer[] = []

async function started(): Promise<DevIssuer> {
  const issuer = await startDevIssuer({ port: 0, keyFile })
  issuers.push(issuer)
  return issuer
}

const verifierOf = ({ jwksUrl, issuer }: DevIssuer) =>
  createTokenVerifier({
    jwksUrl,
    issuer,
    audience: DEV_AUDIENCE,
    algorithms: ['ES256'],
    clock: () => new Date(),
    leeway_s: 5,
  })

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'carriergraph-issuer-'))
  keyFile = join(home, 'deeper', 'issuer.jwk')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(issuers.splice(0).map((issuer) => issuer.stop()))
  await rm(home, { recursive: true })
})

describe('the development issuer', () => {
  test('issues tokens that a service accepts, with what the role usually may', async () => {
    const issuer = await started()
    const user = newId('usr')
    const customer = await verifierOf(issuer).verify(`Bearer ${await issueToken(issuer, { role: 'customer', user })}`)
    expect(customer).toMatchObject({ kind: 'user', userId: user, tenant: 'demo', roles: ['customer'] })
    expect([...customer.scopes].sort()).toEqual([
      'billing:read',
      'network:read',
      'payments:read',
      'payments:write',
      'risk:read',
    ])
    const operator = await verifierOf(issuer).verify(`Bearer ${await issueToken(issuer, { role: 'operator' })}`)
    expect(operator.scopes.size).toBe(12)
    const service = await verifierOf(issuer).verify(`Bearer ${await issueToken(issuer, { role: 'service' })}`)
    expect(service).toMatchObject({ kind: 'service', subject: 'svc:dev' })
  })

  test('keeps its key: a token from before a restart is accepted after it', async () => {
    const first = await started()
    const token = await issueToken(first, { role: 'operator' })
    await first.stop()
    expect(await verifierOf(await started()).verify(`Bearer ${token}`)).toMatchObject({ roles: ['operator'] })
  })

  test('publishes the public half only, and nothing else', async () => {
    const { jwksUrl } = await started()
    const { keys } = (await (await fetch(jwksUrl)).json()) as { keys: object[] }
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    expect((await fetch(new URL('/', jwksUrl))).status).toBe(404)
  })

  test('two that make the key at once end with one key, readable by its owner alone', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => devKey(keyFile)))
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1)
    expect(await readdir(join(home, 'deeper'))).toEqual(['issuer.jwk'])
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
  })

  test('says what to do about a damaged key file', async () => {
    keyFile = join(home, 'issuer.jwk')
    await writeFile(keyFile, '{"kty":')
    await expect(started()).rejects.toThrow(`${keyFile} is not a development key: remove it, and a new one is made.`)
  })

  test('does not run in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    await expect(started()).rejects.toThrow(/does not run in production/)
    await expect(issueToken({ keyFile }, { role: 'operator' })).rejects.toThrow(/does not run in production/)
  })
})

describe('pnpm token', () => {
  const run = (args: string[], env: Record<string, string> = {}) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        [repositoryFile('scripts/token.ts'), ...args],
        { env: { ...process.env, CARRIERGRAPH_HOME: home, ...env } },
        (_error, out, err) => resolve({ code: child.exitCode ?? -1, out: out.trim(), err: err.trim() }),
      )
    })

  test('prints a token with what it was asked for, and nothing else', async () => {
    const user = newId('usr')
    const args = ['--role', 'customer', '--user', user, '--tenant', 'acme', '--scope', 'risk:read', '--ttl', '2h']
    const { code, out } = await run(args)
    expect(code).toBe(0)
    const claims = decodeJwt(out)
    expect(claims).toMatchObject({ sub: user, tenant: 'acme', roles: ['customer'], scope: 'risk:read' })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(7200)
  })

  test.each([
    ['no role', [], /--role must be one of operator, customer, service/],
    ['an unknown role', ['--role', 'root'], /--role must be one of/],
    ['an id of another type', ['--role', 'customer', '--user', newId('slc')], /id of "usr_"/],
    ['a tenant of the wrong form', ['--role', 'operator', '--tenant', '*'], /"\*" is not a tenant id/],
    ['a duration without a unit', ['--role', 'operator', '--ttl', '12'], /--ttl 12 is not a duration/],
    ['a duration beyond the limit', ['--role', 'operator', '--ttl', '31d'], /--ttl 31d is not a duration/],
    ['an unknown option', ['--role', 'operator', '--admin'], /'--admin'/],
  ])('refuses %s in a sentence', async (_case, args, message) => {
    const { code, out, err } = await run(args)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(message)
    expect(err).not.toMatch(/^ {4}at /m)
  })

  test('refuses to run in production', async () => {
    expect(await run(['--role', 'operator'], { NODE_ENV: 'production' })).toMatchObject({ code: 1, out: '' })
  })
})
