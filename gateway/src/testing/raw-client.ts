import { once } from 'node:events'
import { type ClientOptions, WebSocket } from 'ws'

export interface RawMessage {
  readonly id?: string
  readonly type: string
  readonly payload?: unknown
}

/** A graphql-ws client that does what the test says, message by message: for what no well-behaved client does. */
export class RawClient {
  readonly socket: WebSocket
  readonly messages: RawMessage[] = []
  /** The code that the socket was closed with. */
  readonly closed: Promise<number>

  /** @param url of the gateway, http: */
  constructor(url: string, options: ClientOptions = {}, protocol = 'graphql-transport-ws') {
    this.socket = new WebSocket(url.replace('http', 'ws'), protocol, options)
    this.socket.on('message', (data) => this.messages.push(JSON.parse(String(data))))
    this.closed = once(this.socket, 'close').then(([code]) => code)
  }

  send(...messages: readonly object[]): void {
    for (const message of messages) this.socket.send(JSON.stringify(message))
  }

  /** Opens, initialises, and resolves when the gateway acknowledged. */
  async ready(payload?: object): Promise<this> {
    await once(this.socket, 'open')
    this.send({ type: 'connection_init', payload })
    await this.next('connection_ack')
    return this
  }

  subscribe(id: string, query: string): void {
    this.send({ id, type: 'subscribe', payload: { query } })
  }

  /** The first message of a type, as soon as it is there. */
  async next(type: string): Promise<RawMessage> {
    for (;;) {
      const message = this.messages.find((candidate) => candidate.type === type)
      if (message !== undefined) return message
      await once(this.socket, 'message')
    }
  }
}
