import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Contender } from './contenders/contender.ts'
import { listen } from './listen.ts'
import { killProgram, startProgram } from './processes.ts'
import { composeShop } from './shop/supergraph.ts'

export interface StartedContender {
  readonly contender: Contender
  readonly process: ChildProcess
  readonly url: URL
}

/** The subgraphs, in a process of their own, and the gateways in front of them. */
export interface Stage extends AsyncDisposable {
  /** How many fetches the subgraphs have answered so far. */
  calls(): Promise<number>
  /**
   * Starts a contender and waits until it listens.
   * @param core where it has to stay; undefined where it may run on all
   */
  start(
    contender: Contender,
    options?: { core?: number | undefined; env?: Record<string, string> },
  ): Promise<StartedContender>
  stop(started: StartedContender): Promise<void>
}

const SHOP = fileURLToPath(new URL('shop/main.ts', import.meta.url))
const START_MS_MAX = 60_000
const POLL_MS = 50

/** @param core where the subgraphs have to stay */
export async function createStage(core?: number): Promise<Stage> {
  const subgraphs = startProgram([SHOP], core, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: environment() })
  const [{ urls }] = await once(subgraphs, 'message')
  const folder = await mkdtemp(join(tmpdir(), 'carriergraph-bench-'))
  const supergraphFile = join(folder, 'supergraph.graphql')
  await writeFile(supergraphFile, composeShop(new Map(Object.entries(urls))))
  const running = new Set<ChildProcess>()

  return {
    async calls() {
      subgraphs.send('calls')
      const [{ calls }] = await once(subgraphs, 'message')
      return calls
    },
    async start(contender, { core: own, env = {} } = {}) {
      const port = await freePort()
      const child = startProgram(contender.program, own, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: {
          ...environment(),
          PORT: String(port),
          SUPERGRAPH_FILE: supergraphFile,
          SUBGRAPHS: JSON.stringify(urls),
          ...contender.env,
          ...env,
        },
      })
      running.add(child)
      const url = new URL(`http://127.0.0.1:${port}/graphql`)
      await listening(child, url, contender.title)
      return { contender, process: child, url }
    },
    async stop({ process: child }) {
      running.delete(child)
      await killProgram(child)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running, subgraphs].map(killProgram))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const environment = (): Record<string, string> => ({ PATH: process.env.PATH ?? '', NODE_ENV: 'production' })

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server, 0)
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function listening(child: ChildProcess, url: URL, title: string): Promise<void> {
  const deadline = performance.now() + START_MS_MAX
  while (!(await accepts(url))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${title} ended while it started.`)
    if (performance.now() > deadline) throw new Error(`${title} does not listen after ${START_MS_MAX / 1_000} s.`)
    await wait(POLL_MS)
  }
}

function accepts({ port, hostname }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => socket.end(() => resolve(true)))
    socket.once('error', () => resolve(false))
  })
}
