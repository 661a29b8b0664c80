import { setTimeout as wait } from 'node:timers/promises'
import { LightClient } from './light-client.ts'
import type { Stage, StartedContender } from './stage.ts'

const QUERY = 'subscription ($after: String) { bookLent(after: $after) { cursor days book { title rating } } }'
/** What graphql-ws's client waits at the most before it tries again for the first time. */
const RETRY_MS_MAX = 2_000
const EVENT_EVERY_MS = 20
const EVENTS = { before: 50, down: 50, after: 100 }
const ALL = EVENTS.before + EVENTS.down + EVENTS.after
const LAST_MS_MAX = 60_000

export interface Resumption {
  readonly lost: number
  readonly repeated: number
  readonly outOfOrder: number
  /** From the moment that the gateway listens again to the last subscriber that has everything. */
  readonly recovered_ms: number
}

/** A subscriber that comes back behind its last event, as the README tells clients to. */
class Resuming {
  /** Number of the last event that came, and how many came that should not have. */
  last = 0
  repeated = 0
  outOfOrder = 0
  #cursor: string | undefined
  #client: LightClient | undefined
  #isOver = false
  readonly #port: number
  readonly #whenComplete: () => void

  constructor(port: number, whenComplete: () => void) {
    this.#port = port
    this.#whenComplete = whenComplete
  }

  connect(): Promise<void> {
    this.#client = new LightClient({
      port: this.#port,
      query: QUERY,
      variables: this.#cursor === undefined ? {} : { after: this.#cursor },
      onMessage: (text) => this.#take(JSON.parse(text.toString())),
      onClose: () => void this.#comeBack(),
    })
    return this.#client.subscribed
  }

  leave(): void {
    this.#isOver = true
    this.#client?.destroy()
  }

  #take({ type, payload }: { type: string; payload: { data?: { bookLent: { cursor: string; days: number } } } }): void {
    if (type !== 'next' || payload.data === undefined)
      throw new Error(`a subscriber was told ${JSON.stringify(payload)}`)
    const { cursor, days } = payload.data.bookLent
    this.#cursor = cursor
    if (days <= this.last) this.repeated += 1
    else if (days > this.last + 1) this.outOfOrder += 1
    this.last = Math.max(this.last, days)
    if (days === ALL) this.#whenComplete()
  }

  async #comeBack(): Promise<void> {
    await wait(Math.random() * RETRY_MS_MAX)
    if (!this.#isOver) await this.connect()
  }
}

/**
 * Kills the gateway of so many subscribers with SIGKILL while events go on, starts it again, and counts what each of them
 * got. Their retries are spread as those of graphql-ws's client are.
 */
export async function killAndResume(
  stage: Stage,
  start: (port?: number) => Promise<StartedContender>,
  count: number,
): Promise<Resumption> {
  const first = await start()
  const complete = Promise.withResolvers<void>()
  let left = count
  const whenComplete = (): void => {
    left -= 1
    if (left === 0) complete.resolve()
  }
  const subscribers = Array.from({ length: count }, () => new Resuming(first.port, whenComplete))
  for (let at = 0; at < count; at += 100)
    await Promise.all(subscribers.slice(at, at + 100).map((subscriber) => subscriber.connect()))
  await wait(1_000)

  let days = 0
  const happen = async (events: number): Promise<void> => {
    for (let index = 0; index < events; index += 1) {
      first.happen(++days)
      await wait(EVENT_EVERY_MS)
    }
  }
  await happen(EVENTS.before)
  await stage.kill(first)
  await happen(EVENTS.down)
  const second = await start(first.port)
  const since_ms = performance.now()
  await happen(EVENTS.after)
  const impatient = setTimeout(complete.resolve, LAST_MS_MAX)
  await complete.promise
  clearTimeout(impatient)
  const recovered_ms = performance.now() - since_ms
  // Whatever would come twice has come by now.
  await wait(1_000)
  for (const subscriber of subscribers) subscriber.leave()
  await stage.kill(second)
  return {
    lost: subscribers.reduce((sum, { last }) => sum + ALL - last, 0),
    repeated: subscribers.reduce((sum, { repeated }) => sum + repeated, 0),
    outOfOrder: subscribers.reduce((sum, { outOfOrder }) => sum + outOfOrder, 0),
    recovered_ms,
  }
}
