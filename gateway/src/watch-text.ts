import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

export interface WatchTextOptions {
  readonly path: string
  /** What the file held when it was read last. */
  readonly present: string
  readonly poll_ms: number
  /** Is given the text of the file whenever it has changed. What it throws goes to `failed`. */
  readonly changed: (text: string) => Promise<void> | void
  /** The file could not be read, or what it holds could not be taken; that is not tried again until it changes. */
  readonly failed: (error: unknown) => void
}

/**
 * Looks at a file until it is told to stop. It is read again and again because the events of file systems tell neither
 * of a mounted volume that was switched over nor of a remote disk.
 */
export function watchText({ path, poll_ms, changed, failed, ...options }: WatchTextOptions): AsyncDisposable {
  const stop = new AbortController()
  let { present } = options

  async function look(): Promise<void> {
    const text = await readFile(path, 'utf8')
    if (text === present) return
    present = text
    await changed(text)
  }

  async function watch(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await wait(poll_ms, undefined, { signal: stop.signal, ref: false })
        await look()
      } catch (error) {
        if (!stop.signal.aborted) failed(error)
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
