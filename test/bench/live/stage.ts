import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BooksProcess } from '../../../gateway/src/testing/books-process.ts'
import { ToyJournal } from '../../../gateway/src/testing/journal.ts'
import { authorsSubgraph, booksSubgraph, compose, reviewsSubgraph } from '../../../gateway/src/testing/library-graph.ts'
import { startToySubgraph } from '../../../gateway/src/testing/subgraph-server.ts'
import { killProgram, startProgram } from '../gateway/processes.ts'
import { environment, freePort, listening, OPEN_TO_LOAD } from '../gateway/start.ts'

export type ContenderName = 'carriergraph' | 'graphql-ws'

export interface StartedContender {
  readonly name: ContenderName
  readonly process: ChildProcess
  readonly port: number
  /** Lets one event happen: a book is lent for so many days. */
  readonly happen: (days: number) => void
}

/** The subgraphs of the toy library, and servers of their events in front of them or beside them. */
export interface Stage extends AsyncDisposable {
  /** On this core, where one is named, and at this port, or where the system likes. */
  start(name: ContenderName, options?: { core?: number; port?: number | undefined }): Promise<StartedContender>
  kill(started: StartedContender): Promise<void>
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const PROGRAMS: Readonly<Record<ContenderName, string>> = {
  carriergraph: file('../../../gateway/src/main.ts'),
  'graphql-ws': file('contenders/plain.ts'),
}

/** Nobody signs in, so that nobody asks for the issuer's keys. */
const ISSUER = 'http://127.0.0.1:9/jwks.json'
const SIGNING_KEYS = 'toy:a-secret-that-only-tests-know-of-0123456789'

export async function createStage(): Promise<Stage> {
  const books = new BooksProcess()
  await books.start()
  const [authors, reviews] = await Promise.all([authorsSubgraph(), reviewsSubgraph()].map(startToySubgraph))
  const folder = await mkdtemp(join(tmpdir(), 'carriergraph-bench-'))
  const supergraphFile = join(folder, 'supergraph.graphql')
  await writeFile(
    supergraphFile,
    compose([
      { name: 'books', url: books.url, typeDefs: booksSubgraph(new ToyJournal()).typeDefs },
      { name: 'authors', url: authors?.url ?? '', typeDefs: authorsSubgraph().typeDefs },
      { name: 'reviews', url: reviews?.url ?? '', typeDefs: reviewsSubgraph().typeDefs },
    ]),
  )
  const running = new Set<ChildProcess>()
  return {
    async start(name, { core, port } = {}) {
      const ownPort = port ?? (await freePort())
      const child = startProgram([PROGRAMS[name]], core, {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        env: {
          ...environment(),
          ...OPEN_TO_LOAD,
          PORT: String(ownPort),
          SUPERGRAPH_FILE: supergraphFile,
          LOG_LEVEL: 'error',
          SIGNING_KEYS,
          JWKS_URL: ISSUER,
          JWT_ISSUER: ISSUER,
          JWT_AUDIENCE: 'bench',
        },
      })
      running.add(child)
      await listening(child, new URL(`http://127.0.0.1:${ownPort}/graphql`), name)
      const happen =
        name === 'carriergraph'
          ? (days: number) => books.append({ bookId: 'b1', days })
          : (days: number) => void child.send(days)
      return { name, process: child, port: ownPort, happen }
    },
    async kill({ process: child }) {
      running.delete(child)
      await killProgram(child)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map(killProgram))
      await Promise.all([books.kill(), authors?.close(), reviews?.close()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}
