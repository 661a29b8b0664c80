import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MIGRATIONS_FOLDER } from '@carriergraph/payments/db/migrations.ts'
import { startRiskServer } from '@carriergraph/payments/testing/risk-server.ts'
import { newKeyRingText } from '@carriergraph/payments/vault/keys/key-ring.ts'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { migrate } from '@carriergraph/shared/db/migrate.ts'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { provisionDatabase } from '@carriergraph/shared/db/roles.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { parseSigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { DEV_AUDIENCE, issueToken, startDevIssuer } from '../../scripts/dev-issuer.ts'
import { repositoryFile } from '../../scripts/subgraphs.ts'
import { freePorts } from '../support/free-ports.ts'
import { makeDirectory, removeAbandonedServers, removeDirectory } from '../throw-away-server.ts'
import { keepBlank } from './mutate.ts'
import { KillablePostgres } from './postgres.ts'
import { PaymentsProcess } from './service.ts'

const SIGNING_KEYS = `bank:${'k'.repeat(32)}`
const TOKEN_TTL_S = 3_600

/** Two processes of payments on one PostgreSQL, and what they need around them. */
export type Bank = AsyncDisposable & {
  readonly postgres: KillablePostgres
  readonly services: readonly PaymentsProcess[]
  readonly signingKeys: ReturnType<typeof parseSigningKeys>
  /** Payments' own database, as payments see it. */
  readonly database: Database
  /** Where clients keep their journals. */
  readonly journals: string
  /** For an operator of that tenant. */
  token(tenant: string): Promise<string>
}

/** Starts everything anew, in a directory that is gone afterwards. */
export async function openBank(): Promise<Bank> {
  await removeAbandonedServers()
  const cleanup = new AsyncDisposableStack()
  try {
    const directory = await makeDirectory()
    cleanup.defer(() => removeDirectory(directory))
    const [port = 0, issuerPort = 0, ...servicePorts] = await freePorts(4)
    const place = { dataDir: join(directory, 'postgres'), port, password: randomBytes(16).toString('hex') }
    const postgres = cleanup.use(await KillablePostgres.start(place))
    const [url, busUrl] = await Promise.all(
      ['payments', 'bus'].map((name) =>
        provisionDatabase({ adminUrl: postgres.url(), name, role: name, password: place.password }),
      ),
    )
    if (url === undefined || busUrl === undefined) throw new Error('No databases.')
    await migrate({ url, migrationsFolder: MIGRATIONS_FOLDER })
    await keepBlank(postgres.url())
    const log = createLog({ service: 'bank', level: 'silent' })
    const database = openDatabase({ url, applicationName: 'bank', log })
    cleanup.defer(() => database.close({ timeout_s: 1 }))
    const signingKeys = parseSigningKeys(SIGNING_KEYS)
    const risk = cleanup.use(await startRiskServer({ keys: signingKeys, clock: systemClock }))
    const issuer = await startDevIssuer({ port: issuerPort, keyFile: join(directory, 'issuer.jwk') })
    cleanup.defer(() => issuer.stop())
    const env = {
      ...{ PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: repositoryFile('node_modules/.cache/carriergraph') },
      ...{ DATABASE_URL: url, EVENT_BUS_URL: busUrl, SIGNING_KEYS, LOG_LEVEL: 'warn' },
      ...{ JWKS_URL: issuer.jwksUrl, JWT_ISSUER: issuer.issuer, JWT_AUDIENCE: DEV_AUDIENCE },
      ...{ RISK_URL: risk.url, VAULT_KEY: newKeyRingText() },
    }
    const services = servicePorts.map((servicePort, index) => {
      const name = `payments-${index + 1}`
      return cleanup.use(new PaymentsProcess(name, { port: servicePort, env, logFile: join(directory, `${name}.log`) }))
    })
    await Promise.all(services.map((service) => service.start()))
    const journals = join(directory, 'journals')
    await mkdir(journals)
    const all = cleanup.move()
    return {
      ...{ postgres, services, signingKeys, database, journals },
      token: (tenant) => issueToken(issuer, { role: 'operator', tenant, ttl_s: TOKEN_TTL_S }),
      [Symbol.asyncDispose]: () => all.disposeAsync(),
    }
  } catch (error) {
    await cleanup.disposeAsync()
    throw error
  }
}
