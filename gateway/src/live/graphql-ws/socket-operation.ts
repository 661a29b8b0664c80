import type { GraphQLFormattedError } from 'graphql'
import { MessageType, stringifyMessage } from 'graphql-ws'
import { type GraphAnswer, textOf } from '../../graph/answer.ts'
import type { ClientSocket } from '../client-socket.ts'
import type { OperationSink } from '../start-operation.ts'
import type { Frame } from '../streams/frame.ts'
import type { ErrorCause, Subscription } from '../streams/subscription.ts'
import { nextMessage } from './next-message.ts'

/** Told when an operation is over that the client did not end itself. */
export type WhenOver = (id: string, cause: ErrorCause | 'complete') => void

/** One operation on a client's socket. After its end, whoever ended it, it sends nothing more. */
export class SocketOperation implements OperationSink {
  readonly #socket: ClientSocket
  readonly #id: string
  readonly #whenOver: WhenOver
  #isOver = false
  /** Once it streams. */
  subscription: Subscription | undefined

  constructor(socket: ClientSocket, id: string, whenOver: WhenOver) {
    this.#socket = socket
    this.#id = id
    this.#whenOver = whenOver
  }

  get isOver(): boolean {
    return this.#isOver
  }

  next(frame: Frame): boolean {
    return this.#isOver || this.#socket.write(frame.encoded(nextMessage, this.#id))
  }

  /** The answer of a query or a mutation; what was refused before it ran has none. */
  answer(answer: GraphAnswer): void {
    if (this.#isOver) return
    if (answer.data === undefined) this.error(answer.errors, 'stream')
    else {
      this.#socket.sendText(`{"id":${JSON.stringify(this.#id)},"type":"next","payload":${textOf(answer)}}`)
      this.complete()
    }
  }

  complete(): void {
    if (this.#isOver) return
    this.#socket.sendText(stringifyMessage({ id: this.#id, type: MessageType.Complete }))
    this.#end('complete')
  }

  error(errors: readonly GraphQLFormattedError[], cause: ErrorCause): void {
    if (this.#isOver) return
    this.#socket.sendText(stringifyMessage({ id: this.#id, type: MessageType.Error, payload: [...errors] }))
    this.#end(cause)
  }

  /** The client does not want it any more, or is gone. */
  leave(): void {
    this.#isOver = true
    this.subscription?.leave()
  }

  #end(cause: ErrorCause | 'complete'): void {
    this.#isOver = true
    this.#whenOver(this.#id, cause)
  }
}
