import type { ServerResponse } from 'node:http'
import type { GraphQLFormattedError } from 'graphql'
import { type GraphAnswer, textOf } from '../../graph/answer.ts'
import type { OperationSink } from '../start-operation.ts'
import { Frame } from '../streams/frame.ts'
import type { Subscription } from '../streams/subscription.ts'
import type { StreamForm } from './stream-form.ts'

/** How long a client has for what is still under way to it when its stream has ended. */
const CLOSE_GRACE_MS = 5_000

/** One operation whose answers are written one after the other into the response of its request. */
export class HttpStream implements OperationSink {
  readonly #response: ServerResponse
  readonly #form: StreamForm
  #isOver = false
  subscription: Subscription | undefined

  /** Sends the headers. */
  constructor(response: ServerResponse, form: StreamForm) {
    this.#response = response
    this.#form = form
    response.on('drain', () => this.subscription?.drained())
    response.once('close', () => this.#leave())
    response.writeHead(200, {
      'content-type': form.contentType,
      'cache-control': 'no-store, no-transform',
      // Said to nginx, which would otherwise keep events back until its buffer is full.
      'x-accel-buffering': 'no',
    })
    response.write(form.opening)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  next(frame: Frame): boolean {
    return this.#isOver || this.#response.write(frame.encoded(this.#form.answer, ''))
  }

  started(cursor: unknown): void {
    if (!this.#isOver && this.#form.started !== undefined) this.#response.write(this.#form.started(cursor))
  }

  answer(answer: GraphAnswer): void {
    this.next(new Frame(textOf(answer), undefined))
    this.complete()
  }

  complete(): void {
    this.#end(this.#form.complete)
  }

  error(errors: readonly GraphQLFormattedError[]): void {
    this.#end(this.#form.error(errors))
  }

  beat(): void {
    // One that takes nothing has enough waiting for it.
    if (!this.#isOver && !this.#response.writableNeedDrain) this.#response.write(this.#form.heartbeat)
  }

  /** Breaks the stream off: it did not end, and whoever reads it may go on elsewhere. */
  abandon(): void {
    this.#isOver = true
    this.#response.destroy()
  }

  #end(text: string): void {
    if (this.#isOver) return
    this.#isOver = true
    const impatient = setTimeout(() => this.#response.destroy(), CLOSE_GRACE_MS)
    this.#response.once('close', () => clearTimeout(impatient))
    this.#response.end(text)
  }

  #leave(): void {
    this.#isOver = true
    this.subscription?.leave()
  }
}
