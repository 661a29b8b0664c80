import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GatewayProcess } from './testing/gateway-process.ts'
import { authorsSubgraph, compose } from './testing/library-graph.ts'
import { cachingHeader } from './testing/museum.ts'
import { startToySubgraph } from './testing/subgraph-server.ts'
import { startTokenIssuer } from './testing/tokens.ts'
import { Turnstile } from './testing/turnstile.ts'

const folder = mkdtempSync(join(tmpdir(), 'carriergraph-workers-'))
const SUPERGRAPH_FILE = join(folder, 'supergraph.graphql')
const SCALES_FILE = join(folder, 'scales.graphql')
const turnstile = new Turnstile()
let authors: Awaited<ReturnType<typeof startToySubgraph>>

beforeAll(async () => {
  const { typeDefs, resolvers } = authorsSubgraph()
  const hold = turnstile.holding({ data: { author: { name: 'held' } } })
  authors = await startToySubgraph({ typeDefs, resolvers, intercept: hold })
  writeFileSync(SUPERGRAPH_FILE, compose([{ name: 'authors', url: authors.url, typeDefs }]))
})
afterAll(async () => {
  turnstile.open()
  await authors.close()
  rmSync(folder, { recursive: true })
})

const isReady = 'gateway is ready'

async function startTwo(env: Readonly<Record<string, string>> = {}) {
  const gateway = new GatewayProcess({ SUPERGRAPH_FILE, WORKERS: '2', ...env })
  const ready = await gateway.logged(isReady, 3)
  const workers = ready.map(({ pid }) => pid ?? 0).filter((pid) => pid !== gateway.pid)
  const url = ready.find(({ pid }) => pid !== gateway.pid)?.url ?? ''
  return { gateway, workers, url }
}

const ask = async (url: string, query: string) => {
  const headers = { 'content-type': 'application/json', connection: 'close' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) })
  return response.json()
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('with two workers', () => {
  test('each answers on the one port, and one that is killed is replaced while the other goes on', async () => {
    const { gateway, workers, url } = await startTwo()
    await using _ = gateway
    const [first = 0, second = 0] = workers
    expect(new Set([gateway.pid, first, second]).size).toBe(3)
    process.kill(first, 'SIGKILL')
    expect(await gateway.logged('a worker has ended and is replaced')).toMatchObject([{ workerPid: first }])
    expect(await ask(url, '{ __typename }')).toEqual({ data: { __typename: 'Query' } })
    const ready = await gateway.logged(isReady, 4)
    const replacement = ready.at(-1)?.pid ?? 0
    expect([first, second, gateway.pid]).not.toContain(replacement)
    process.kill(second, 'SIGKILL')
    await gateway.logged('a worker has ended and is replaced', 2)
    expect(await ask(url, '{ __typename }')).toEqual({ data: { __typename: 'Query' } })
  })

  test.each([
    ['SIGTERM of the first process', (gateway: GatewayProcess) => process.kill(gateway.pid, 'SIGTERM')],
    [
      'Ctrl-C, which all of them get',
      (gateway: GatewayProcess, workers: readonly number[]) => {
        for (const pid of [...workers, gateway.pid]) process.kill(pid, 'SIGINT')
      },
    ],
  ])('at %s all answer what is in flight, and end', async (_title, stop) => {
    const { gateway, workers, url } = await startTwo()
    await using _ = gateway
    const answers = [1, 2, 3, 4].map((id) => ask(url, `{ author(id: "${id}") { name } }`))
    await turnstile.whenHeld(4)
    stop(gateway, workers)
    await gateway.logged('gateway stops', 3)
    turnstile.release()
    expect(await Promise.all(answers)).toEqual(answers.map(() => ({ data: { author: { name: 'held' } } })))
    expect(await gateway.exitCode()).toBe(0)
    expect(workers.map(isAlive)).toEqual([false, false])
    expect(gateway.stderr).toBe('')
  })

  test('the workers do not outlive a first process that was killed', async () => {
    const { gateway, url } = await startTwo()
    process.kill(gateway.pid, 'SIGKILL')
    // Its output closes when the last process that holds it has ended.
    expect(await gateway.exitCode()).toBe(null)
    await expect(ask(url, '{ __typename }')).rejects.toThrow('fetch failed')
  })

  test('a purge that one is asked for forgets the answers of both', async () => {
    const issuer = await startTokenIssuer()
    const typeDefs = `${cachingHeader('"@shareable"')} type Query { weight: Int @cacheControl(maxAge: 86400) }`
    const scales = await startToySubgraph({ typeDefs, resolvers: { Query: { weight: () => 7 } } })
    writeFileSync(SCALES_FILE, compose([{ name: 'scales', url: scales.url, typeDefs }]))
    const { gateway, url } = await startTwo({ SUPERGRAPH_FILE: SCALES_FILE, ...issuer.env })
    await using _ = gateway
    /** Asks until both have asked the subgraph so often; the answer then comes from what each keeps. */
    const askUntil = async (calls: number) => {
      for (let asked = 0; asked < 50 && scales.calls.length < calls; asked++) await ask(url, '{ weight }')
      expect(scales.calls).toHaveLength(calls)
      for (let asked = 0; asked < 4; asked++) await ask(url, '{ weight }')
      expect(scales.calls).toHaveLength(calls)
    }
    await askUntil(2)
    const headers = { authorization: await issuer.bearer({ scope: 'gateway:admin' }), connection: 'close' }
    const response = await fetch(new URL('/admin/cache', url), { method: 'DELETE', headers })
    expect([response.status, await response.json()]).toEqual([200, { purged: true }])
    await askUntil(4)
    await Promise.all([scales.close(), issuer.close()])
  })

  test('a port in use is told once, and ends it', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const gateway = new GatewayProcess({ SUPERGRAPH_FILE, WORKERS: '2', PORT: String(port) })
    expect(await gateway.exitCode()).toBe(1)
    expect(gateway.stderr).toBe(
      `gateway: Port ${port} is in use: stop what listens there, or choose another port.\n` +
        'gateway: A worker ended before it served.\n',
    )
    await new Promise((resolve) => server.close(resolve))
  })
})
