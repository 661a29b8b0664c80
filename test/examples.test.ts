// The small clients of examples/, each run as it stands against the whole graph.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { repositoryFile } from '../scripts/subgraphs.ts'
import { violate } from './support/causes.ts'
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
