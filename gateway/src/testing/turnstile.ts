import type { IncomingMessage, ServerResponse } from 'node:http'

/** Holds requests to a subgraph back until the test lets them pass. */
export class Turnstile {
  readonly #held: (() => void)[] = []
  #arrived: (() => void) | undefined
  #isOpen = false

  /** For `intercept` of a toy subgraph that answers with `body` once the request may pass. */
  readonly holding =
    (body: unknown) =>
    (_request: IncomingMessage, response: ServerResponse): boolean => {
      const pass = (): void => {
        response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
      }
      if (this.#isOpen) pass()
      else this.#held.push(pass)
      this.#arrived?.()
      return true
    }

  /** Resolves when so many requests are being held. */
  async whenHeld(count = 1): Promise<void> {
    while (this.#held.length < count)
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
  }

  /** Lets those pass that are being held, and holds the next ones. */
  release(): void {
    for (const pass of this.#held.splice(0)) pass()
  }

  open(): void {
    this.#isOpen = true
    this.release()
  }
}
