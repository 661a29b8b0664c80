import type { EventEmitter } from 'node:events'

/**
 * Has `failed` hear of a Redis that took a connection and then did not answer for `ms_max`, of which its client says
 * nothing: it waits until it is spoken to.
 */
export function watchForSilence(client: EventEmitter, ms_max: number, failed: (error: Error) => void): void {
  let timer: NodeJS.Timeout | undefined
  const end = (): void => clearTimeout(timer)
  client.on('connect', () => {
    end()
    const silent = new Error(`Redis took the connection and said nothing for ${ms_max} ms`)
    timer = setTimeout(() => failed(silent), ms_max).unref()
  })
  for (const heard of ['ready', 'error', 'end']) client.on(heard, end)
}
