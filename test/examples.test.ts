// The small clients of examples/, each run as it stands against the whole graph.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
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

it('live-alerts.mjs prints an SLA violation as it happens', async () => {
  const operator = await stack.token({ role: 'operator' })
  const client = spawn(process.execPath, [repositoryFile('examples/live-alerts.mjs')], {
    env: { PATH: process.env.PATH, GRAPH_URL: stack.webSocketUrl, TOKEN: operator },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const line = once(createInterface(client.stdout), 'line')
    let printed: string | undefined
    for (let attempt = 0; printed === undefined; attempt++) {
      await violate(stack.graphUrl, operator, `example-${attempt}`)
      printed = await Promise.race([line.then(([text]) => String(text)), wait(CAUSE_AGAIN_AFTER_MS, undefined)])
    }
    expect(printed).toMatch(/^CRITICAL LATENCY_MS 900 \(promised 5\): Slice example-\d+ of Ada Okafor$/)
  } finally {
    client.kill()
    await once(client, 'exit')
  }
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
