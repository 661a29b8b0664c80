import type { Log } from '@carriergraph/shared/log.ts'
import { watchText } from '../watch-text.ts'
import type { LoadedDocuments } from './load.ts'
import type { PersistedDocuments } from './resolve.ts'

export interface WatchDocumentsOptions {
  /** What is in force. */
  readonly documents: LoadedDocuments
  readonly poll_ms: number
  /** Puts other documents in force. */
  readonly register: (documents: PersistedDocuments) => void
  readonly log: Pick<Log, 'info' | 'error'>
}

/**
 * Registers what the manifests hold whenever one of them has changed, until it is told to stop. One that is at fault, or
 * contradicts another, leaves the documents before it registered.
 */
export function watchPersistedDocuments(options: WatchDocumentsOptions): AsyncDisposable {
  const { poll_ms, register, log } = options
  const { manifests, isRequired } = options.documents
  const watches = new AsyncDisposableStack()
  for (const [path, present] of manifests?.texts ?? [])
    watches.use(
      watchText({
        path,
        present,
        poll_ms,
        changed(text) {
          manifests?.put(path, text)
          const trusted = manifests?.trusted()
          if (trusted === undefined) return
          register({ trusted, isRequired })
          log.info({ path, documents: trusted.all().length }, 'other documents are registered')
        },
        failed: (error) =>
          log.error({ err: error, path }, 'the persisted documents cannot be registered; those before stay'),
      }),
    )
  return watches
}
