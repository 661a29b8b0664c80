import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Log } from '@carriergraph/shared/log.ts'
import { type LoadedSupergraph, loadSupergraph } from './load.ts'

export interface WatchOptions {
  readonly path: string
  /** What the file held when it was read last. */
  readonly composedSdl: string
  readonly poll_ms: number
  readonly serve: (supergraph: LoadedSupergraph) => Promise<void>
  readonly log: Log
}

/**
 * Serves what the file holds whenever that has changed, until it is told to stop. A file that cannot be served leaves
 * the supergraph before it in service. It is read again and again because the events of file systems tell neither of a
 * mounted volume that was switched over nor of a remote disk.
 */
export function watchSupergraph(options: WatchOptions): AsyncDisposable {
  const { path, poll_ms, serve, log } = options
  const stop = new AbortController()
  let present = options.composedSdl

  async function look(): Promise<void> {
    const composedSdl = await readFile(path, 'utf8')
    if (composedSdl === present) return
    // What could not be served is not tried again until the file changes once more.
    present = composedSdl
    await serve(loadSupergraph(composedSdl))
    log.info({ path }, 'another supergraph is served')
  }

  async function watch(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await wait(poll_ms, undefined, { signal: stop.signal, ref: false })
        await look()
      } catch (error) {
        if (!stop.signal.aborted)
          log.error({ err: error, path }, 'the supergraph cannot be served; the one before stays')
      }
    }
  }

  const watching = watch()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await watching
    },
  }
}
