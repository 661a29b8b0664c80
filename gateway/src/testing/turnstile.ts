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

  /** Resolves when a request is being held. */
  async whenHeld(): Promise<void> {
    while (this.#held.length === 0)
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
  }

  open(): void {
    this.#isOpen = true
    for (const pass of this.#held.splice(0)) pass()
  }
}
