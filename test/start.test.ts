// `pnpm start` as a newcomer meets it: real processes, an embedded PostgreSQL, everything in a folder of its own. The
// starts are few, since each takes seconds: the tests of one installation go on from one another.

import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createTestDatabase } from '@carriergraph/shared/testing/database.ts'
import { afterAll, describe, expect, it } from 'vitest'
import { issueToken, startDevIssuer } from '../scripts/dev-issuer.ts'
import { repositoryFile, SUBGRAPHS, schemaFile } from '../scripts/subgraphs.ts'
import { ask, connect, take } from './support/client.ts'
import { freePorts } from './support/free-ports.ts'
import { processesOf, StartProcess, takenPorts } from './support/start-process.ts'
import { until } from './support/until.ts'

const VARIABLES = ['PORT', 'PORT_NETWORK', 'PORT_BILLING', 'PORT_PAYMENTS', 'PORT_RISK', 'PORT_ISSUER', 'PORT_POSTGRES']

/** A folder and ports that nobody else has. */
async function newInstallation() {
  const home = mkdtempSync(join(tmpdir(), 'carriergraph-start-'))
  // The server's unprivileged user has to get through to the cluster when root runs the tests.
  chmodSync(home, 0o711)
  const ports = await freePorts(VARIABLES.length)
  const env: Record<string, string> = { CARRIERGRAPH_HOME: home }
  for (const [index, variable] of VARIABLES.entries()) env[variable] = String(ports[index])
  const portOf = (variable: string) => Number(env[variable])
  const [port] = ports
  return {
    home,
    ports,
    portOf,
    env,
    graphUrl: `http://127.0.0.1:${port}/graphql`,
    webSocketUrl: `ws://127.0.0.1:${port}/graphql`,
  }
}

const INVENTORY = `{
  sites(first: 100) { nodes { id } }
  tariffs { nodes { id } }
  users(first: 20) {
    nodes {
      displayName
      slices { nodes { id } }
      billingAccounts(first: 5) { nodes { id usageRecords(first: 100) { nodes { recordId } } } }
      wallets(first: 5) { nodes { id entries(first: 100) { nodes { amount { amount } } } } }
    }
  }
}`
/** Its usage has its own record ids, and it takes from wallets only. */
const isOfSimulator = ({ recordId = '', amount }: { recordId?: string; amount?: { amount: string } }): boolean =>
  recordId.startsWith('sim-') || amount?.amount.startsWith('-') === true

const lines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '')

describe('a local installation', async () => {
  const { home, ports, portOf, env, graphUrl, webSocketUrl } = await newInstallation()
  const cleanup = new AsyncDisposableStack()
  afterAll(async () => {
    await cleanup.disposeAsync()
    rmSync(home, { recursive: true, force: true })
  })
  const start = (more: Record<string, string> = {}) => cleanup.use(new StartProcess({ ...env, ...more }))

  let first: StartProcess
  let operator: string
  let before: Awaited<ReturnType<typeof inventory>>

  /** What the demo data brought and what was made since, without what the simulator makes. */
  const inventory = async () => {
    const answer = await ask(graphUrl, operator, INVENTORY)
    expect(answer.errors).toBeUndefined()
    const keep = (key: string, value: unknown) =>
      key === 'nodes' && Array.isArray(value) ? value.filter((node) => !isOfSimulator(node)) : value
    return JSON.parse(JSON.stringify(answer.data, keep))
  }

  it('comes up and says where everything is', async () => {
    first = start()
    await first.said('CarrierGraph is running.')
    await first.said('subscription {')
    expect(first.output).toContain(`  Graph       ${graphUrl}  `)
    const [, playground = ''] = /Playground {2}(\S+)/.exec(first.output) ?? []
    const page = await fetch(playground, { headers: { accept: 'text/html' } })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
    const [, health = ''] = /Health {6}(\S+)/.exec(first.output) ?? []
    expect((await fetch(health)).status).toBe(200)
    // What the tests below look for in vain when all has stopped.
    const programs = [...SUBGRAPHS.map(({ name }) => `${name}/src/main.ts`), 'gateway/src/main.ts', 'simulator/main.ts']
    for (const program of process.platform === 'linux' ? [...programs, 'start.mjs', 'bin/postgres'] : [])
      expect(processesOf(home)).toContainEqual(expect.stringContaining(program))
  })

  it('prints a query that the graph answers with a token of the printed command', async () => {
    const [, command = ''] = /\$\(npx -y pnpm@10 -s token (.*?)\)/.exec(first.output) ?? []
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [repositoryFile('scripts/token.ts'), ...command.split(' ')],
      { env: { CARRIERGRAPH_HOME: home } },
    )
    operator = stdout.trim()
    const [, body = ''] = / -d '(.*)'$/m.exec(first.output) ?? []
    const answer = await ask(graphUrl, operator, JSON.parse(body).query)
    expect(answer.errors).toBeUndefined()
    expect(answer.data.users.nodes).toContainEqual({
      displayName: 'Bruno Keller',
      slices: { nodes: [{ name: 'Stadium broadcast' }] },
      billingAccounts: { nodes: [{ balance: { amount: expect.any(String), currency: 'EUR' } }] },
    })
  })

  it('lets whoever subscribes as printed see an SLA violation, and a balance alert beside it', async () => {
    const [printed = ''] = /subscription \{.*\}$/m.exec(first.output) ?? []
    const alerts = `subscription { balanceAlert { alert { kind account { owner { displayName } } } } }`
    const client = connect(webSocketUrl, operator)
    const [[violation], [alert]] = await Promise.all([
      take(client, printed, {}, () => true),
      take(client, alerts, {}, () => true),
    ])
    await client.dispose()
    const owner = { displayName: expect.stringMatching(/^\w+ \w+$/) }
    expect(violation).toEqual({
      data: {
        slaViolationDetected: {
          violation: {
            metric: expect.any(String),
            observed: expect.any(Number),
            threshold: expect.any(Number),
            slice: { name: expect.any(String), owner },
          },
        },
      },
    })
    expect(alert).toEqual({ data: { balanceAlert: { alert: { kind: 'LOW_BALANCE', account: { owner } } } } })
  })

  it('refuses a second start in one sentence, and goes on itself', async () => {
    const second = start()
    expect(await second.exitCode()).toBe(1)
    expect(lines(second.output)).toEqual([
      expect.stringMatching(/^CarrierGraph is running already \(.*, process \d+\): use that one or stop it; .*\.$/),
    ])
    expect((await fetch(`${graphUrl.replace('graphql', 'health/ready')}`)).status).toBe(200)
  })

  it('starts a service again that dies', async () => {
    const readyPids = (): number[] =>
      lines(readFileSync(join(home, 'logs', 'risk.log'), 'utf8'))
        .map((line) => JSON.parse(line))
        .flatMap(({ msg, pid }) => (msg === 'risk is ready' ? [pid] : []))
    const [pid = 0] = readyPids()
    process.kill(pid, 'SIGKILL')
    await first.said('! risk died (SIGKILL); starting it again')
    await until(async () => readyPids().length === 2)
    await until(async () => (await ask(graphUrl, operator, '{ me { id } }')).errors === undefined)
  })

  it('when it is killed, leaves no service behind', async () => {
    const registration = `mutation ($input: RegisterUserInput!) { registerUser(input: $input) { user { id } errors { code } } }`
    const input = { idempotencyKey: 'kept', displayName: 'Kept over the night', roles: ['CUSTOMER'] }
    const registered = await ask(graphUrl, operator, registration, { input })
    expect(registered.data.registerUser).toEqual({ user: { id: expect.any(String) }, errors: [] })
    before = await inventory()
    first.signal('SIGKILL')
    await first.exitCode()
    await until(async () => processesOf(home).every((command) => command.includes('postgres')))
    await until(async () => (await takenPorts(ports)).every((port) => port === portOf('PORT_POSTGRES')))
  })

  it('the next start takes the orphaned database over, keeps the data and loads the demo only once', async () => {
    const second = start({ SIMULATOR: 'off' })
    await second.said('CarrierGraph is running.')
    expect(second.output).not.toContain('imulator')
    expect(await inventory()).toEqual(before)
    const names = before.users.nodes.map(({ displayName }: { displayName: string }) => displayName)
    expect(names).toEqual(expect.arrayContaining(['Kept over the night', 'Ada Okafor']))
    expect(JSON.stringify(before)).toContain('"demo-elif-3-message"')

    // As Ctrl-C arrives: from the terminal, and passed on by npx and pnpm.
    second.signal('SIGINT', 'SIGINT', 'SIGTERM')
    expect(await second.exitCode()).toBe(0)
    const stopped = [...second.output.matchAll(/✓ Stopping (\w+)/g)].map(([, name]) => name)
    expect(stopped).toEqual(['gateway', 'risk', 'payments', 'billing', 'network', 'issuer', 'postgres'])
    expect(processesOf(home)).toEqual([])
    expect(await takenPorts(ports)).toEqual([])
  })

  it('leaves nothing behind when it is stopped half-way', async () => {
    const third = start()
    await third.said('✓ Databases')
    third.signal('SIGINT')
    expect(await third.exitCode()).toBe(0)
    expect(third.output).toContain('✓ Stopping postgres')
    expect(third.output).not.toContain('is running')
    expect(processesOf(home)).toEqual([])
    expect(await takenPorts(ports)).toEqual([])
  })

  it.each([
    ['PORT_RISK', 'subgraph risk'],
    ['PORT_POSTGRES', 'PostgreSQL'],
  ])('refuses a %s in use in one sentence and leaves nothing running', async (variable, what) => {
    const stranger = createServer().listen(portOf(variable), '127.0.0.1')
    const refused = start()
    expect(await refused.exitCode()).toBe(1)
    expect(lines(refused.output)).toContain(
      `Port ${portOf(variable)}, where ${what} would listen, is in use: stop what listens there, or choose another with ${variable}=….`,
    )
    expect(processesOf(home)).toEqual([])
    stranger.close()
  })
})

describe('in production, with databases and a token issuer of one’s own', () => {
  it('nothing is embedded, nothing is made up, nothing is explored', async () => {
    await using cleanup = new AsyncDisposableStack()
    const { home, ports, env, graphUrl, portOf } = await newInstallation()
    cleanup.defer(() => rmSync(home, { recursive: true, force: true }))
    const keyFile = join(home, 'real-issuer.jwk')
    const issuer = await startDevIssuer({ port: 0, keyFile })
    cleanup.defer(() => issuer.stop())
    const database = async (name: string) => cleanup.use(await createTestDatabase({ name: `start_${name}` })).url
    const production: Record<string, string> = {
      NODE_ENV: 'production',
      JWKS_URL: issuer.jwksUrl,
      JWT_ISSUER: issuer.issuer,
      EVENT_BUS_URL: await database('bus'),
    }
    for (const { name } of SUBGRAPHS) production[`DATABASE_URL_${name.toUpperCase()}`] = await database(name)

    const started = cleanup.use(new StartProcess({ ...env, ...production }))
    await started.said('CarrierGraph is running.')
    expect(lines(started.output).filter((line) => line.startsWith('✓'))).toEqual([
      expect.stringMatching(/^✓ Services: network, billing, payments, risk, gateway \(/),
    ])
    expect(started.output).not.toMatch(/playground|simulator|demo/i)
    expect(await takenPorts([portOf('PORT_ISSUER'), portOf('PORT_POSTGRES')])).toEqual([])
    const operator = await issueToken(issuer, { role: 'operator' })
    const registered = readFileSync(schemaFile('operations/06-users.graphql'), 'utf8')
    const page1 = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }
    expect(await ask(graphUrl, operator, registered)).toEqual({ data: { users: page1 } })
    const { errors } = await ask(graphUrl, operator, '{ users { nodes { id } } }')
    expect(errors).toMatchObject([{ extensions: { code: 'DOCUMENT_NOT_ALLOWED' } }])
    const page = await fetch(new URL('/', graphUrl), { headers: { accept: 'text/html' } })
    expect(page.status).toBe(404)

    started.signal('SIGTERM')
    expect(await started.exitCode()).toBe(0)
    expect(processesOf(home)).toEqual([])
    expect(await takenPorts(ports)).toEqual([])
  })
})

describe('a start that cannot be', () => {
  /** Node itself, except for what it says of the machine. */
  const pretending = (code: string): string[] => ['--import', `data:text/javascript,${encodeURIComponent(code)}`]

  it('on an old Node says which one is needed', async () => {
    const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '24.1.0' } })`
    await using refused = new StartProcess({}, pretending(old))
    expect(await refused.exitCode()).toBe(1)
    expect(lines(refused.output)).toEqual([
      expect.stringMatching(/^CarrierGraph needs Node 24\.2 or newer and this is .*: install it from .*\.$/),
    ])
  })

  it('without an embedded PostgreSQL for the machine says what to set', async () => {
    const { home, env } = await newInstallation()
    const unknown = `Object.defineProperty(process, 'arch', { value: 'pdp11' })`
    await using refused = new StartProcess(env, pretending(unknown))
    expect(await refused.exitCode()).toBe(1)
    expect(lines(refused.output).slice(1)).toEqual([
      expect.stringMatching(/^There is no embedded PostgreSQL for \w+-pdp11 .*: set DATABASE_URL_\* to .*\.$/),
    ])
    rmSync(home, { recursive: true })
  })

  it('in production without a token issuer says what to set', async () => {
    await using refused = new StartProcess({ NODE_ENV: 'production' })
    expect(await refused.exitCode()).toBe(1)
    expect(lines(refused.output)).toEqual([
      'The configuration is wrong:',
      expect.stringMatching(/^ {2}JWKS_URL: is missing, expected the keys of a token issuer of your own/),
    ])
  })
})
