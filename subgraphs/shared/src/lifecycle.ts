import { stackOf } from './db/without-values.ts'
import type { Log } from './log.ts'
import { within } from './server/in-flight.ts'
import { StartupFault } from './startup-fault.ts'

/** What `runService` runs: a server that is ready to start. */
export type Service = {
  readonly log: Log
  readonly server: {
    start(): Promise<{ readonly url: string; readonly port: number }>
    /** Stops taking work, lets work in flight finish, then closes. */
    stop(): Promise<void>
  }
}

/**
 * The whole life of a service process: builds it, starts it, waits for SIGTERM or SIGINT, stops the server, closes the
 * resources in the reverse order of their opening, and exits with 0. A second signal exits at once. What cannot start
 * exits with 1, after closing what was open, and says why on standard error: in a sentence where it is a StartupFault.
 * What does not stop in time, because a server that it waits for does not answer, exits with 1 too.
 * @param build registers each resource that it opens: `resources.defer(() => database.close())`
 * @param options `isWorker`: another process of the same service tells this one when to stop, by SIGTERM. A Ctrl-C
 *   reaches both, and is for the other alone.
 */
export async function runService(
  name: string,
  build: (resources: AsyncDisposableStack) => Promise<Service>,
  { stop_ms_max = STOP_MS_MAX, isWorker = false }: { readonly stop_ms_max?: number; readonly isWorker?: boolean } = {},
): Promise<never> {
  const stopRequested = firstSignal(isWorker)
  const resources = new AsyncDisposableStack()
  try {
    const { log, server } = await build(resources)
    // Node's own answer would be a stack on standard error, which no log collector reads.
    process.once('uncaughtException', (err) => {
      log.fatal({ err }, `${name} ends: an error that nobody handled`)
      process.exit(1)
    })
    const { url } = await server.start()
    log.info({ url, pid: process.pid }, `${name} is ready`)
    const signal = await stopRequested
    log.info({ signal }, `${name} stops`)
    const stopped = server.stop().then(() => resources.disposeAsync())
    if (!(await within(stopped, stop_ms_max))) {
      log.error({ stop_ms_max }, `${name} did not stop in time and ends now`)
      process.exit(1)
    }
    log.info(`${name} has stopped`)
    process.exit(0)
  } catch (error) {
    process.stderr.write(`${name}: ${explain(error)}\n`)
    await closeAnyway(resources, name)
    process.exit(1)
  }
}

function firstSignal(isWorker: boolean): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  let stopping = false
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => {
      if (isWorker && name === 'SIGINT') return
      if (stopping) process.exit(SIGNAL_EXIT)
      stopping = true
      resolve(name)
    })
  // Started with an IPC channel, the service is somebody's child: it does not outlive a parent that was killed.
  process.once('disconnect', () => resolve('SIGTERM'))
  return promise
}

function explain(error: unknown): string {
  return error instanceof StartupFault ? error.message : stackOf(error)
}

async function closeAnyway(resources: AsyncDisposableStack, name: string): Promise<void> {
  try {
    await resources.disposeAsync()
  } catch (error) {
    process.stderr.write(`${name}: while closing: ${explain(error)}\n`)
  }
}

/** Longer than the server drains, shorter than the 30 seconds after which an orchestrator kills without a word. */
const STOP_MS_MAX = 28_000

/** What shells report for a process that an impatient Ctrl-C ended. */
const SIGNAL_EXIT = 130
