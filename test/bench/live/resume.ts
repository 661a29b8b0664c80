import { setTimeout as wait } from 'node:timers/promises'
import { LightClient } from './light-client.ts'
import type { Stage, StartedContender } from './stage.ts'

const QUERY = 'subscription ($after: String) { bookLent(after: $after) { cursor days book { title rating } } }'
/** What graphql-ws's client waits at the most before it tries again for the first time. */
const RETRY_MS_MAX = 2_000
/** Ten events a second to five thousand subscribers are half of what one core can send. */
const EVENT_EVERY_MS = 100
const EVENTS = { before: 10, down: 20, after: 30 }
const ALL = EVENTS.before + EVENTS.down + EVENTS.after
/** When nothing has come for so long, nothing more will: what is missing by then is lost. */
const SILENCE_MS_MAX = 15_000
/** Not counted: it happens until every subscription is open. */
const PRELUDE = 0

export interface Resumption {
  readonly lost: number
  readonly repeated: number
  /** From the moment that the gateway listens again to the last subscriber that has everything. */
  readonly recovered_ms: number
}

/** A subscriber that comes back behind its last event, as the README tells clients to. */
class Resuming {
  /** Number of the last event that came, how many came again, and how many were left out. */
  last = 0
  repeated = 0
  gaps = 0
  #cursor: string | undefined
  #client: LightClient | undefined
  #isOver = false
  readonly #port: number
  readonly #hear: (isComplete: boolean) => void

  constructor(port: number, hear: (isComplete: boolean) => void) {
    this.#port = port
    this.#hear = hear
  }

  /** Whether any event came, so that it would be missed if the next did not. */
  get isOpen(): boolean {
    return this.#cursor !== undefined
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
    if (days === PRELUDE) return
    if (days <= this.last) this.repeated += 1
    else this.gaps += days - this.last - 1
    this.last = Math.max(this.last, days)
    this.#hear(days === ALL)
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
  const crowd = { left: count, heard_ms: performance.now() }
  const hear = (isComplete: boolean): void => {
    crowd.heard_ms = performance.now()
    if (isComplete) crowd.left -= 1
  }
  const subscribers = Array.from({ length: count }, () => new Resuming(first.port, hear))
  for (let at = 0; at < count; at += 100)
    await Promise.all(subscribers.slice(at, at + 100).map((subscriber) => subscriber.connect()))
  while (!subscribers.every(({ isOpen }) => isOpen)) {
    first.happen(PRELUDE)
    await wait(500)
  }

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
  while (crowd.left > 0 && performance.now() - crowd.heard_ms < SILENCE_MS_MAX) await wait(20)
  const recovered_ms = crowd.heard_ms - since_ms
  // Whatever would come twice has come by now.
  await wait(1_000)
  for (const subscriber of subscribers) subscriber.leave()
  await stage.kill(second)
  return {
    lost: subscribers.reduce((sum, { last, gaps }) => sum + gaps + ALL - last, 0),
    repeated: subscribers.reduce((sum, { repeated }) => sum + repeated, 0),
    recovered_ms,
  }
}
