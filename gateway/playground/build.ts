// The playground's bundle in ./dist, with the hash of what it was made from in dist/.stamp.

import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { BundleProgress, BundleRequest } from './bundle.ts'
import { precompress } from './compress.ts'
import { stampOfSources } from './stamp.ts'

const DIST = join(import.meta.dirname, 'dist')
const STAMP_FILE = '.stamp'
/** Each lost race means that another build has just been published; two in a row are hardly possible. */
const PUBLISH_ATTEMPTS_MAX = 5

export type BuildOptions = {
  /** Told in one line what is being done, several times a second. */
  readonly onProgress?: (message: string) => void
  /** Where the bundle goes; gateway/playground/dist by default. */
  readonly directory?: string
}

export type BuildResult = { readonly built: boolean; readonly directory: string; readonly durationMs: number }

const errorCode = (error: unknown): string | undefined =>
  error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined

const readStamp = (directory: string): Promise<string | null> =>
  readFile(join(directory, STAMP_FILE), 'utf8').catch(() => null)

function bundle(request: BundleRequest, onModules: (modules: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./bundle.ts', import.meta.url), {
      workerData: request,
      env: { ...process.env, NODE_ENV: 'production' },
    })
    worker.on('message', ({ modules }: BundleProgress) => onModules(modules))
    worker.on('error', reject)
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the bundler ended with code ${code}`))))
  })
}

/** Puts a finished bundle in the place of the old one. No reader ever sees a half-written directory. */
async function publish(finished: string, directory: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    // A directory cannot be renamed onto a full one, so the old one steps aside first.
    const retired = `${finished}-old-${randomUUID()}`
    await rename(directory, retired).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error
    })
    try {
      await rename(finished, directory)
      return
    } catch (error) {
      const lostRace = errorCode(error) === 'ENOTEMPTY' || errorCode(error) === 'EEXIST' || errorCode(error) === 'EPERM'
      if (!lostRace || attempt === PUBLISH_ATTEMPTS_MAX) throw error
    } finally {
      await rm(retired, { recursive: true, force: true })
    }
  }
}

/**
 * Builds the playground unless `directory` holds a bundle of exactly these sources and versions. Several builds at
 * once do not disturb one another: each works in a directory of its own, the last to finish stays.
 */
export async function buildPlayground(options: BuildOptions = {}): Promise<BuildResult> {
  const { onProgress = () => {}, directory = DIST } = options
  const started = performance.now()
  const result = (built: boolean): BuildResult => ({ built, directory, durationMs: performance.now() - started })
  const stamp = await stampOfSources()
  if ((await readStamp(directory)) === stamp) return result(false)
  // Beside its target and not in the system's temporary directory: a rename does not cross file systems.
  await mkdir(dirname(directory), { recursive: true })
  const workspace = await mkdtemp(join(dirname(directory), '.building-'))
  try {
    const finished = join(workspace, 'dist')
    onProgress('bundling the playground')
    await bundle({ directory: finished }, (modules) => onProgress(`bundling the playground: ${modules} modules`))
    await precompress(finished, (done, total) => onProgress(`compressing the playground: ${done} of ${total} files`))
    await writeFile(join(finished, STAMP_FILE), stamp)
    await publish(finished, directory)
  } finally {
    await rm(workspace, { recursive: true, force: true })
  }
  return result(true)
}

if (import.meta.main) {
  const { built, directory, durationMs } = await buildPlayground({ onProgress: (message) => console.log(message) })
  console.log(built ? `built ${directory} in ${(durationMs / 1000).toFixed(1)} s` : `${directory} is up to date`)
}
