import { watch } from 'node:fs'
import { relative } from 'node:path'
import { repositoryFile, SUBGRAPHS } from '../subgraphs.ts'
import type { RunningService } from './service.ts'
import type { Part } from './shutdown.ts'

/** An editor that saves several files, or a checkout, is one change. */
const SETTLE_MS = 150

export type Reloadable = Pick<RunningService, 'name' | 'restart'>

export interface ReloadOptions {
  /** Folders to watch, absolute. */
  readonly folders?: readonly string[]
  /** The services that a changed file concerns, by the path from the repository's root. */
  readonly concerned?: (path: string) => (name: string) => boolean
  readonly settle_ms?: number
}

const FOLDERS = [
  'gateway/src',
  'schema',
  'subgraphs/shared/src',
  ...SUBGRAPHS.flatMap(({ name }) => [`subgraphs/${name}/src`, `subgraphs/${name}/migrations`]),
].map(repositoryFile)

/**
 * Which services a changed file concerns: a subgraph its own folder and its SDL, the gateway its own and what is
 * composed, all of them the shared kit. Tests concern none.
 */
export function concernedBy(path: string): (name: string) => boolean {
  if (/\.(test|fixture)\.ts$/.test(path)) return () => false
  if (path.startsWith('subgraphs/shared/')) return () => true
  const [, subgraph] = /^(?:schema\/)?subgraphs\/([a-z]+)\//.exec(path) ?? []
  if (subgraph !== undefined) return (name) => name === subgraph
  const isGateways = path.startsWith('gateway/') || /^schema\/(supergraph\.graphql|operations\/)/.test(path)
  return (name) => isGateways && name === 'gateway'
}

/** Starts services again when their source changes, one after the other. One that is broken is tried at its next change. */
export function reloadOnChange(
  services: readonly Reloadable[],
  onEvent: (text: string) => void,
  { folders = FOLDERS, concerned = concernedBy, settle_ms = SETTLE_MS }: ReloadOptions = {},
): Part {
  const waiting = new Set<Reloadable>()
  let timer: NodeJS.Timeout | undefined
  let reloading: Promise<void> = Promise.resolve()

  async function reload(): Promise<void> {
    const due = [...waiting]
    waiting.clear()
    for (const service of due) {
      try {
        await service.restart()
        onEvent(`${service.name} runs from its changed source`)
      } catch (error) {
        onEvent(error instanceof Error ? error.message : String(error))
      }
    }
  }

  const watchers = folders.map((folder) =>
    watch(folder, { recursive: true }, (_event, file) => {
      const isConcerned = concerned(relative(repositoryFile('.'), `${folder}/${file ?? ''}`))
      for (const service of services) if (isConcerned(service.name)) waiting.add(service)
      if (waiting.size === 0) return
      clearTimeout(timer)
      timer = setTimeout(() => {
        reloading = reloading.then(reload)
      }, settle_ms)
    }),
  )

  return {
    name: 'watching sources',
    async stop() {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
      await reloading
    },
  }
}
