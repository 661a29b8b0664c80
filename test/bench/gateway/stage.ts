import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Contender } from './contenders/contender.ts'
import { killProgram, startProgram } from './processes.ts'
import { composeShop } from './shop/supergraph.ts'
import type { SubgraphUrls } from './shop/urls.ts'
import { environment, freePort, listening } from './start.ts'

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

/** @param core where the subgraphs have to stay */
export async function createStage(core?: number): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'carriergraph-bench-'))
  const subgraphs = startProgram([SHOP, folder], core, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: environment(),
  })
  const [{ urls }] = (await once(subgraphs, 'message')) as [{ urls: Record<string, SubgraphUrls> }]
  const [tcp, unix] = [await supergraphIn(folder, urls, 'tcp'), await supergraphIn(folder, urls, 'unix')]
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
          SUPERGRAPH_FILE: contender.transport === 'unix' ? unix.file : tcp.file,
          SUBGRAPHS: JSON.stringify(tcp.urls),
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

/** Writes the supergraph whose subgraphs are reached in one of both ways. */
async function supergraphIn(folder: string, subgraphs: Record<string, SubgraphUrls>, transport: keyof SubgraphUrls) {
  const urls = Object.fromEntries(Object.entries(subgraphs).map(([name, listens]) => [name, listens[transport]]))
  const file = join(folder, `${transport}.graphql`)
  await writeFile(file, composeShop(new Map(Object.entries(urls))))
  return { file, urls }
}
