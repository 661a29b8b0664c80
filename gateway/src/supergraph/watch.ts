import type { Log } from '@carriergraph/shared/log.ts'
import { watchText } from '../watch-text.ts'
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
 * the supergraph before it in service.
 */
export function watchSupergraph({ path, composedSdl, poll_ms, serve, log }: WatchOptions): AsyncDisposable {
  return watchText({
    path,
    present: composedSdl,
    poll_ms,
    async changed(text) {
      await serve(loadSupergraph(text))
      log.info({ path }, 'another supergraph is served')
    },
    failed: (error) => log.error({ err: error, path }, 'the supergraph cannot be served; the one before stays'),
  })
}
