// A subgraph that a test plays message by message, and a subscriber that notes what it is told.

import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import { expect } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { UpstreamSubscriber } from '../live/upstream-subscriber.ts'

interface Message {
  readonly type: string
  readonly id?: string
  readonly payload?: { readonly variables?: Record<string, unknown> }
}

/** A graphql-ws server played by the test, message by message. */
export class PlayedSubgraph {
  readonly #server: Server
  readonly #sockets: WebSocketServer
  readonly #arrived: { socket: WebSocket; request: IncomingMessage; inbox: Message[] }[] = []

  constructor(server: Server, autoPong = true) {
    this.#server = server
    this.#sockets = new WebSocketServer({ server, autoPong })
    this.#sockets.on('connection', (socket, request) => {
      const inbox: Message[] = []
      socket.on('message', (data) => inbox.push(JSON.parse(String(data))))
      this.#arrived.push({ socket, request, inbox })
    })
  }

  /** The next connection, with its first message read and acknowledged. */
  async connection() {
    while (this.#arrived.length === 0) await once(this.#sockets, 'connection')
    const arrived = this.#arrived.shift()
    if (arrived === undefined) throw new Error('nobody connected')
    const { socket, request, inbox } = arrived
    const read = async (): Promise<Message> => {
      while (inbox.length === 0) await once(socket, 'message')
      return inbox.shift() as Message
    }
    const send = (message: object) => socket.send(JSON.stringify(message))
    expect(await read()).toEqual({ type: 'connection_init' })
    send({ type: 'connection_ack' })
    return { socket, request, read, send }
  }

  close(): void {
    for (const client of this.#sockets.clients) client.terminate()
    this.#sockets.close()
    this.#server.close()
  }
}

/** Notes what it is told, and resumes at the last `n` that it saw. */
export class Notes implements UpstreamSubscriber {
  readonly #told = Promise.withResolvers<unknown>()
  readonly #resumable: boolean
  at: unknown

  constructor(resumable = true) {
    this.#resumable = resumable
  }

  /** The ending, as soon as there is one. */
  get ending(): Promise<unknown> {
    return this.#told.promise
  }

  payload = () => ({ query: 'subscription { n }', variables: { after: this.at } })
  resumable = () => this.#resumable
  interrupted = (): void => undefined
  event = (event: object) => {
    this.at = Reflect.get(Reflect.get(event, 'data'), 'n')
  }
  error = (errors: unknown) => this.#told.resolve(errors)
  complete = () => this.#told.resolve('complete')
  gone = (loss: string) => this.#told.resolve(loss)
}
