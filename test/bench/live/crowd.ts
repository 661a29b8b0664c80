import { LightClient } from './light-client.ts'

/** How many clients connect at a time, so that no queue of new connections overflows. */
const AT_A_TIME = 100

export interface CrowdOptions {
  readonly port: number
  readonly count: number
  readonly query: string
  readonly onMessage: (text: Buffer) => void
}

/** Many clients of one stream. */
export class Crowd {
  readonly #clients: LightClient[] = []

  /** Connects them all. They have sent their subscription when it is answered by `onMessage`, not before. */
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

  leave(): void {
    for (const client of this.#clients) client.destroy()
  }
}
