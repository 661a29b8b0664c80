import type { ChildProcess } from 'node:child_process'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { listen } from './listen.ts'

const START_MS_MAX = 60_000
const POLL_MS = 50

/** Of a program under test: nothing of this process's own. */
export const environment = (): Record<string, string> => ({ PATH: process.env.PATH ?? '', NODE_ENV: 'production' })

/** One that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server, 0)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Waits until a program takes connections. Throws when it ended, or takes too long. */
export async function listening(child: ChildProcess, url: URL, title: string): Promise<void> {
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

/** What a load from one address, of documents that nobody registered, would be refused by. */
export const OPEN_TO_LOAD: Readonly<Record<string, string>> = {
  PERSISTED_DOCUMENTS: 'off',
  CLIENT_REQUESTS_MAX: 'off',
  USER_OPERATIONS_MAX: 'off',
  USER_COST_MAX: 'off',
  OVERLOAD_DELAY_MS: 'off',
}
