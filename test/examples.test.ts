// The small clients of examples/, each run as it stands against the whole graph.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { repositoryFile, schemaFile } from '../scripts/subgraphs.ts'
import { violate } from './support/causes.ts'
import { freePorts } from './support/free-ports.ts'
import { type Stack, startStack } from './support/stack.ts'

const CAUSE_AGAIN_AFTER_MS = 500

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack[Symbol.asyncDispose]())

/** Runs a client, causes violations until it printed `count` lines, and ends it. */
async function linesOf(file: string, count: number, url: string): Promise<string[]> {
  const operator = await stack.token({ role: 'operator' })
  const command = file.endsWith('.sh') ? [repositoryFile(file)] : [process.execPath, repositoryFile(file)]
  const [program = '', ...args] = command
  const client = spawn(program, args, {
    env: { PATH: process.env.PATH, GRAPH_URL: url, TOKEN: operator },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const lines: string[] = []
  const printed = new Promise<void>((resolve) => {
    createInterface(client.stdout).on('line', (line) => {
      // Of a stream of server-sent events, what it carries.
      if (line !== '' && !/^(:|event:|id:)/.test(line)) lines.push(line)
      if (lines.length >= count) resolve()
    })
  })
  try {
    const done = printed.then(() => true)
    for (let attempt = 0; !(await Promise.race([done, wait(CAUSE_AGAIN_AFTER_MS, false)])); attempt++)
      await violate(stack.graphUrl, operator, `${file.length}-${attempt}`)
    return lines
  } finally {
    // A shell's child goes with it.
    process.kill(-(client.pid ?? 0))
    await once(client, 'exit')
  }
}

it('live-alerts.mjs prints an SLA violation as it happens', async () => {
  const [line] = await linesOf('examples/live-alerts.mjs', 1, stack.webSocketUrl)
  expect(line).toMatch(/^CRITICAL LATENCY_MS 900 \(promised 5\): Slice \d+-\d+ of Ada Okafor$/)
})

it.each(['examples/apollo-client.mjs', 'examples/urql.mjs'])('%s reads a slice, then prints alerts', async (file) => {
  const [slice, alert] = await linesOf(file, 2, stack.graphUrl)
  expect(slice).toMatch(/^.+ of [A-Z].+$/)
  expect(alert).toMatch(/^CRITICAL LATENCY_MS: Slice \d+-\d+$/)
})

it('curl.sh reads a slice, then alerts as server-sent events', async () => {
  const [slice, alert] = await linesOf('examples/curl.sh', 2, stack.graphUrl)
  expect(JSON.parse(slice ?? '')).toMatchObject({ data: { slices: { nodes: [{ name: expect.any(String) }] } } })
  expect(JSON.parse(alert?.replace(/^data: /, '') ?? '')).toMatchObject({
    data: { slaViolationDetected: { cursor: expect.any(String), violation: { severity: 'CRITICAL' } } },
  })
})

it('payment-and-refund.mjs prints what the README shows, to the cent', async () => {
  const [, shown] =
    /^\$ TOKEN=.*payment-and-refund\.mjs\n([\s\S]*?)^```/m.exec(readFileSync(repositoryFile('README.md'), 'utf8')) ?? []
  const { stdout } = await promisify(execFile)(process.execPath, [repositoryFile('examples/payment-and-refund.mjs')], {
    env: { GRAPH_URL: stack.graphUrl, TOKEN: await stack.token({ role: 'operator' }) },
  })
  const withoutIds = (text: string) => text.replaceAll(/pay_\w{26}/g, 'pay_…')
  expect(withoutIds(stdout)).toBe(withoutIds(shown ?? ''))
})

it('behind-apollo-server.ts answers as the gateway does', async () => {
  const [port] = await freePorts(1)
  const server = spawn(process.execPath, [repositoryFile('examples/behind-apollo-server.ts')], {
    env: { ...stack.gatewayEnv, PATH: process.env.PATH, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(server.stdout)[Symbol.asyncIterator]()
  try {
    expect((await lines.next()).value).toBe(`ready at http://127.0.0.1:${port}/`)
    const query = readFileSync(schemaFile('operations/06-users.graphql'), 'utf8')
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await stack.token({ role: 'operator' })}`,
    }
    const ask = async (url: string) => {
      const body = JSON.stringify({ query, operationName: 'Users', variables: { first: 3 } })
      return (await fetch(url, { method: 'POST', headers, body })).json()
    }
    const answer = await ask(`http://127.0.0.1:${port}/`)
    expect(answer).toHaveProperty('data.users')
    expect(answer).toEqual(await ask(stack.graphUrl))
    expect((await lines.next()).value).toMatch(/^Users took \d+\.\d ms$/)
  } finally {
    server.kill()
    await once(server, 'exit')
  }
})
