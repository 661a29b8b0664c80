import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { freePorts } from '../../test/support/free-ports.ts'

const SLICE = {
  id: 'slc_a',
  sla: { latencyMsMax: 5, jitterMsMax: null, packetLossRatioMax: null, downlinkBpsMin: null },
}
const WORLD = { sites: { nodes: [] }, brunoSlice: SLICE }
const REFUSED = { recordKpiSamples: { errors: [{ code: 'SLICE_NOT_FOUND', message: 'There is no such slice.' }] } }

let simulator: ChildProcess
let said: AsyncIterableIterator<string>
let graph: Server | undefined

afterEach(() => {
  simulator.kill('SIGKILL')
  graph?.close()
})

function simulate(port: number): void {
  simulator = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    env: { GRAPH_URL: `http://127.0.0.1:${port}/graphql`, TOKEN: 'token' },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  const lines: Interface = createInterface({ input: simulator.stderr ?? process.stdin })
  said = lines[Symbol.asyncIterator]()
}

/** A graph that knows one slice when it is asked and has forgotten it when it is told of it. */
async function forgetfulGraph(port: number): Promise<void> {
  graph = createServer((request, answer) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => answer.end(JSON.stringify({ data: body.includes('mutation') ? REFUSED : WORLD })))
  }).listen(port, '127.0.0.1')
  await once(graph, 'listening')
}

const next = async (): Promise<string> => (await said.next()).value

test('goes on while the graph is away, tells trouble once, and tells what was refused', async () => {
  const [port = 0] = await freePorts(1)
  simulate(port)
  expect(await next()).toMatch(/^\d{4}-\S+Z the graph does not answer: /)
  await forgetfulGraph(port)
  // Told once, so that the next words are of the graph's return.
  const words = [await next(), await next()]
  expect(words).toContainEqual(expect.stringMatching(/Z the graph answers again$/))
  expect(words).toContainEqual(expect.stringMatching(/Z kpi SLICE_NOT_FOUND: There is no such slice\.$/))
})

test.each([
  ['it is told to', () => simulator.kill('SIGTERM')],
  ['whoever started it is gone', () => simulator.disconnect()],
])('ends at once when %s, also with a request under way', async (_, tell) => {
  const [port = 0] = await freePorts(1)
  const silent = createServer().listen(port, '127.0.0.1')
  simulate(port)
  await once(silent, 'request')
  tell()
  expect(await once(simulator, 'exit')).toEqual([0, null])
  silent.closeAllConnections()
  silent.close()
})
