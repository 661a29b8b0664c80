import { setTimeout as wait } from 'node:timers/promises'
import { LightClient } from './light-client.ts'

/** How many clients connect at a time, so that no queue of new connections overflows. */
const AT_A_TIME = 100
const HEAR_EVERY_MS = 1_000
const HEAR_MS_MAX = 120_000

export interface CrowdOptions {
  readonly port: number
  readonly count: number
  readonly query: string
  readonly onMessage: (text: Buffer) => void
}

/** Many clients of one stream. */
export class Crowd {
  readonly #clients: LightClient[] = []

  /** Connects them all, until each has sent its subscription. */
  static async connect({ port, count, query, onMessage }: CrowdOptions): Promise<Crowd> {
    const crowd = new Crowd()
    const onClose = () => undefined
    while (crowd.#clients.length < count) {
      const wave = Math.min(AT_A_TIME, count - crowd.#clients.length)
      for (let index = 0; index < wave; index += 1)
        crowd.#clients.push(new LightClient({ port, query, variables: {}, onMessage, onClose }))
      await Promise.all(crowd.#clients.slice(-wave).map((client) => client.subscribed))
    }
    return crowd
  }

  /** Lets events happen until each has heard one: the protocol does not tell a client that its subscription is open. */
  async whenAllHear(happen: () => void): Promise<void> {
    const deadline_ms = performance.now() + HEAR_MS_MAX
    while (!this.#clients.every(({ hasHeard }) => hasHeard)) {
      if (performance.now() > deadline_ms) throw new Error('not every subscription was opened in time')
      happen()
      await wait(HEAR_EVERY_MS)
    }
  }

  leave(): void {
    for (const client of this.#clients) client.destroy()
  }
}
