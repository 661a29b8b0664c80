import { join } from 'node:path'
import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { type Id, namedId, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import postgres from 'postgres'
import { Pool } from 'undici'
import { issueToken, startDevIssuer } from '../../../../scripts/dev-issuer.ts'
import { loadDemoData } from '../../../../scripts/start/demo.ts'
import { installationFrom } from '../../../../scripts/start/installation.ts'
import { localVaultKeys } from '../../../../scripts/start/local-secrets.ts'
import { startService } from '../../../../scripts/start/service.ts'
import { gatewayService, subgraphServices, type Wiring } from '../../../../scripts/start/services.ts'
import { SUBGRAPHS } from '../../../../scripts/subgraphs.ts'
import { freePort, OPEN_TO_LOAD } from '../../gateway/start.ts'
import { anyOf, spread } from '../accounts.ts'
import { applyLoad } from '../load.ts'
import type { Stage } from '../stage.ts'
import type { Contender } from './contender.ts'

const TENANT = 'demo'
/** So many that nobody pays as often as risk looks twice at. */
const CUSTOMERS = 4_000
const TRANSFERS = 1_000
/** Of postTransfers: while one is posted, another is parsed. */
const BATCH_CALLERS = 4
const PAYMENT_CALLERS = 64
/** So long, at least, the compiler of Node's engine works on, in three processes. */
const WARM_UP_S = 4
const ANSWER_MS_MAX = 60_000
/** Before anything is measured. */
const FIRST_PAYMENTS = 256

const POST = `mutation ($input: PostTransfersInput!) { postTransfers(input: $input) {
  results { transferId isReplayed error { code } } errors { code } } }`
const PAY = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) {
  payment { id status } errors { code } } }`

interface Customer {
  readonly user: Id<'usr'>
  readonly wallet: Id<'led'>
  readonly billingAccount: Id<'acc'>
}

export interface Graph extends AsyncDisposable {
  readonly createPayment: Contender
  readonly postTransfers: Contender
}

/** Gateway and subgraphs as they run in production but for quotas, with customers who have wallets and overdraft. */
export async function startGraph(stage: Stage): Promise<Graph> {
  const cleanup = new AsyncDisposableStack()
  try {
    const { wiring, installation } = await prepare(stage, cleanup)
    const pids: number[] = []
    const start = async (specs: ReturnType<typeof subgraphServices>) => {
      const services = specs.map((spec) => {
        const env = { ...spec.env, ...OPEN_TO_LOAD, NODE_ENV: 'production', LOG_LEVEL: 'error' }
        const service = startService({ ...spec, env }, (what) => console.error(what))
        cleanup.defer(() => service.stop())
        return service
      })
      await Promise.all(services.map((service) => service.ready()))
      pids.push(...services.flatMap(({ pid }) => pid ?? []))
    }
    await start(subgraphServices(installation, wiring))
    await loadDemoData(wiring)
    const customers = await enrol(wiring.databaseUrls)
    await start([gatewayService(installation, wiring)])
    const graph = cleanup.use(openGraph(installation.ports.gateway, await operatorToken(installation.directory)))
    return {
      createPayment: createPayment(graph, customers, pids, wiring),
      postTransfers: postTransfers(graph, customers, pids),
      [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
    }
  } catch (error) {
    await cleanup.disposeAsync()
    throw error
  }
}

async function prepare(stage: Stage, cleanup: AsyncDisposableStack) {
  const variables = ['PORT', ...SUBGRAPHS.map(({ name }) => `PORT_${name.toUpperCase()}`), 'PORT_ISSUER']
  const ports = await Promise.all(variables.map(async (name) => [name, String(await freePort())] as const))
  const installation = installationFrom({ ...Object.fromEntries(ports), CARRIERGRAPH_HOME: stage.directory })
  const issuer = await startDevIssuer({ port: installation.ports.issuer, keyFile: keyFileIn(stage.directory) })
  cleanup.defer(() => issuer.stop())
  const urls = await Promise.all(SUBGRAPHS.map(async ({ name }) => [name, await stage.database(name)] as const))
  const wiring: Wiring = {
    databaseUrls: Object.fromEntries(urls) as Wiring['databaseUrls'],
    eventBusUrl: await stage.database('bus'),
    signingKeys: 'bench:a-signing-key-for-the-bench-of-32-characters',
    vaultKeys: localVaultKeys(stage.directory),
    identity: { jwksUrl: issuer.jwksUrl, issuer: issuer.issuer, audience: 'carriergraph' },
    playgroundToken: null,
  }
  return { wiring, installation }
}

const keyFileIn = (directory: string): string => join(directory, 'issuer.jwk')
const operatorToken = (directory: string) =>
  issueToken({ keyFile: keyFileIn(directory) }, { role: 'operator', ttl_s: 3_600 })

/** Customers beside those of the demo, whom risk knows and trusts, with a wallet and a billing account each. */
async function enrol({ billing, payments, risk }: Wiring['databaseUrls']): Promise<Customer[]> {
  const customers = Array.from({ length: CUSTOMERS }, () => ({
    user: newId('usr'),
    wallet: newId('led'),
    billingAccount: newId('acc'),
  }))
  const column = (key: keyof Customer) => `{${customers.map((customer) => toUuid(customer[key])).join(',')}}`
  await insertInto(risk, [
    `insert into "user" (id, display_name, roles, kyc_status, version, registered_by, idempotency_key, request_hash, created_at)
      select id, 'Customer', '{CUSTOMER}', 'VERIFIED', 1, 'bench', id::text, '', now() from unnest($1::text::uuid[]) id`,
    [column('user')],
  ])
  // Otherwise what is told of a payment fails there, over and over.
  await insertInto(billing, [
    `with opened as (
        insert into billing_account (id, owner_id, msisdn, payment_mode, tariff_id, currency, credit_limit_minor,
          low_balance_threshold_minor, balance_minor, entry_sequence, version, created_at)
        select account, owner, 4900000000 + place, 'PREPAID', $3::text::uuid, 'EUR', 0, 0, 0, 1, 1, now()
        from unnest($1::text::uuid[], $2::text::uuid[]) with ordinality as given (account, owner, place) returning id)
      insert into balance_entry (account_id, sequence, kind, amount_minor, balance_after_minor, reference, recorded_at)
      select id, 1, 'OPENING', 0, 0, id::text, now() from opened`,
    [column('billingAccount'), column('user'), toUuid(namedId('trf', 'demo/prepaid'))],
  ])
  await insertInto(
    payments,
    [
      `insert into ledger_account (id, normal_side, currency, owner_id, purpose, floor_minor, created_at)
        select wallet, 'CREDIT', 'EUR', owner, 'WALLET', -1000000000, now()
        from unnest($1::text::uuid[], $2::text::text[]) as given (wallet, owner)`,
      [column('wallet'), `{${customers.map(({ user }) => user).join(',')}}`],
    ],
    [
      `insert into billing_account_ref (id, owner_id, currency, opened_at)
        select account, owner, 'EUR', now()
        from unnest($1::text::uuid[], $2::text::uuid[]) as given (account, owner)`,
      [column('billingAccount'), column('user')],
    ],
  )
  return customers
}

async function insertInto(url: string, ...statements: readonly (readonly [string, string[]])[]): Promise<void> {
  const log = createLog({ service: 'bench', level: 'silent' })
  const database = openDatabase({ url, applicationName: 'bench', log })
  for (const [statement, parameters] of statements) await database.sql.forTenant(TENANT).unsafe(statement, parameters)
  await database.close({ timeout_s: 1 })
}

interface OpenGraph extends AsyncDisposable {
  // biome-ignore lint/suspicious/noExplicitAny: an answer's shape is its own query's
  ask(query: string, variables: unknown): Promise<any>
}

function openGraph(port: number, token: string): OpenGraph {
  const pool = new Pool(`http://127.0.0.1:${port}`, {
    connections: PAYMENT_CALLERS,
    headersTimeout: ANSWER_MS_MAX,
    bodyTimeout: ANSWER_MS_MAX,
  })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  return {
    async ask(query, variables) {
      const body = JSON.stringify({ query, variables })
      const answer = await pool.request({ path: '/graphql', method: 'POST', headers, body })
      const { data, errors } = (await answer.body.json()) as { data?: unknown; errors?: unknown }
      if (errors !== undefined) throw new Error(`The graph answered with ${JSON.stringify(errors)}`)
      return data
    },
    [Symbol.asyncDispose]: () => pool.close(),
  }
}

const CENT = { amount: '0.01', currency: 'EUR' }

const postTransfers = (graph: OpenGraph, customers: readonly Customer[], pids: readonly number[]): Contender => ({
  title: `postTransfers, ${TRANSFERS.toLocaleString('en')} a call, ${BATCH_CALLERS} callers`,
  async start() {
    const next = spread(customers.map(({ wallet }) => wallet))
    const call = async () => {
      const transfers = Array.from({ length: TRANSFERS }, () => {
        const [debitAccountId, creditAccountId] = next()
        return { id: newId('tfr'), debitAccountId, creditAccountId, amount: CENT, reference: 'bench' }
      })
      const { postTransfers } = await graph.ask(POST, { input: { transfers } })
      const refused = postTransfers.results.find((result: { error: unknown }) => result.error !== null)
      if (postTransfers.results.length !== TRANSFERS || refused !== undefined)
        throw new Error(`postTransfers answered ${JSON.stringify(refused ?? postTransfers.errors)}`)
      return TRANSFERS
    }
    return running(BATCH_CALLERS, call, pids)
  },
})

const createPayment = (
  graph: OpenGraph,
  customers: readonly Customer[],
  pids: readonly number[],
  { databaseUrls, eventBusUrl }: Wiring,
): Contender => ({
  title: `createPayment, ${PAYMENT_CALLERS} callers`,
  async start() {
    const call = async () => {
      const { wallet, billingAccount } = anyOf(customers)
      const { createPayment } = await graph.ask(PAY, {
        input: {
          idempotencyKey: newId('key'),
          type: 'TOP_UP',
          sourceAccountId: wallet,
          billingAccountId: billingAccount,
          amount: CENT,
        },
      })
      if (createPayment.payment?.status !== 'COMPLETED')
        throw new Error(`createPayment answered ${JSON.stringify(createPayment)}`)
      return 1
    }
    await applyLoad(PAYMENT_CALLERS, { calls: FIRST_PAYMENTS / PAYMENT_CALLERS }, call)
    for (const url of [...Object.values(databaseUrls), eventBusUrl]) await takeStatistics(url)
    return running(PAYMENT_CALLERS, call, pids)
  },
})

/** As PostgreSQL does by itself within a minute. Until then plans are those for the empty tables that there were. */
async function takeStatistics(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  await sql`analyze`
  await sql.end()
}

const running = (callers: number, call: () => Promise<number>, pids: readonly number[]) => ({
  runsIn: pids,
  warmUp_s: WARM_UP_S,
  load: (until: Parameters<typeof applyLoad>[1]) => applyLoad(callers, until, call),
  [Symbol.asyncDispose]: () => Promise.resolve(),
})
