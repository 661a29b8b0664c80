import { inspect } from 'node:util'

const MASK = '[sensitive]'

/**
 * Text that must not reach a log, an error, an event or a table: however it is printed, only the mask is seen.
 * `reveal` is the one way to the text, so that a search for it finds every place that handles it.
 */
export class SensitiveText {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [inspect.custom](): string {
    return MASK
  }
}
