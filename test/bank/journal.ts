import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Answer, Unit } from './order.ts'
import type { Payment, PaymentAnswer } from './payment.ts'

/** A call that is about to be sent, what came back, or that nothing did. Calls are told by their number in the file. */
export type JournalLine =
  | { readonly ask: number; readonly units: readonly Unit[] }
  /** The same call once more. */
  | { readonly ask: number; readonly again: number }
  | { readonly ask: number; readonly payment: Payment }
  | { readonly answerTo: number; readonly answers: readonly Answer[] }
  | { readonly answerTo: number; readonly payment: PaymentAnswer }
  | { readonly unanswered: number; readonly why: string }

/**
 * What one client asked and what it was answered, in a file of its own that only grows. A line is on the disk before the
 * call is sent, and another one before anybody hears of the answer.
 */
export class ClientJournal implements AsyncDisposable {
  readonly #file: FileHandle
  #calls = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async open(path: string): Promise<ClientJournal> {
    return new ClientJournal(await open(path, 'ax'))
  }

  /** @returns the call's number */
  async ask(what: { readonly units: readonly Unit[] } | { again: number } | { readonly payment: Payment }) {
    this.#calls += 1
    const ask = this.#calls
    await this.#write({ ask, ...what })
    return ask
  }

  answered(answerTo: number, what: { readonly answers: readonly Answer[] } | { readonly payment: PaymentAnswer }) {
    return this.#write({ answerTo, ...what })
  }

  unanswered(unanswered: number, why: string): Promise<void> {
    return this.#write({ unanswered, why })
  }

  async #write(line: JournalLine): Promise<void> {
    await this.#file.write(`${JSON.stringify(line)}\n`)
    await this.#file.datasync()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
  }
}

export async function* linesOf(path: string): AsyncGenerator<JournalLine> {
  for await (const line of createInterface({ input: createReadStream(path) })) yield JSON.parse(line)
}
