import type { Client, Dispatcher } from 'undici'
import type { Deadline } from './deadline.ts'
import { CallFailure, deadlinePassed } from './failure.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Names and values in turn: undici sends them as they are. */
  readonly headers: string[]
  readonly body: string | null
}

export interface HttpAnswer {
  readonly status: number
  readonly text: string
}

/**
 * One request and its whole answer over a connection of its own. Redirects are answers like any other.
 * @throws CallFailure; whatever the other side does, not later than at the deadline
 */
export async function exchange(connection: Client, request: HttpRequest, deadline: Deadline): Promise<HttpAnswer> {
  if (deadline.isOver) throw deadlinePassed()
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
  const handler = new ExchangeHandler(resolve, reject)
  deadline.whenOver = () => {
    reject(deadlinePassed())
    // Aborting the request alone would have undici connect anew, to one who may be dead, for nothing.
    void connection.destroy()
  }
  try {
    connection.dispatch(request, handler)
    return await promise
  } finally {
    deadline.whenOver = undefined
  }
}

/**
 * As little as undici can do with: no stream, no abort signal, and a copy only of an answer that came in pieces. It has
 * undici's older form, which the newer one is translated to at a tenth of what a call costs.
 */
class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: HttpAnswer) => void
  readonly #reject: (failure: CallFailure) => void
  #isSent = false
  #status = 0
  #first: Buffer | undefined
  #chunks: Buffer[] | undefined

  constructor(resolve: (answer: HttpAnswer) => void, reject: (failure: CallFailure) => void) {
    this.#resolve = resolve
    this.#reject = reject
  }

  /** undici is about to send, and from here on nobody knows what the subgraph has done. */
  onConnect(): void {
    // It may send once more after a lost connection; its signature is used up by then, and a mutation done twice.
    if (this.#isSent) throw new Error('the connection broke')
    this.#isSent = true
  }

  onHeaders(status: number): boolean {
    this.#status = status
    return true
  }

  onData(chunk: Buffer): boolean {
    if (this.#first === undefined) this.#first = chunk
    else if (this.#chunks === undefined) this.#chunks = [this.#first, chunk]
    else this.#chunks.push(chunk)
    return true
  }

  onComplete(): void {
    const body = this.#chunks === undefined ? this.#first : Buffer.concat(this.#chunks)
    this.#resolve({ status: this.#status, text: body === undefined ? '' : body.toString() })
  }

  onError(error: Error): void {
    this.#reject(failureOf(error, this.#isSent))
  }
}

function failureOf(error: Error, isSent: boolean): CallFailure {
  const code = 'code' in error ? error.code : undefined
  const options = { cause: error }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
    return new CallFailure('ANSWER_TOO_LARGE', 'the answer is too large', options)
  // A header that cannot be sent is the caller's, and no fault of the subgraph's.
  if (code === 'UND_ERR_INVALID_ARG') return new CallFailure('REFUSED', 'the request cannot be sent', options)
  return isSent
    ? new CallFailure('CONNECTION_LOST', 'the connection was lost', options)
    : new CallFailure('CONNECTION_FAILED', 'no connection could be made', options)
}
