import type { Duplex } from 'node:stream'
import { type RawData, WebSocket } from 'ws'
import { LIVE_CLOSE_CODES } from './close-codes.ts'
import type { Heartbeat } from './heartbeat.ts'

/** What speaks with a client over its socket. */
export interface SocketListener {
  message(text: string): void
  /** `write` had answered false; now there is room again. */
  drained(): void
  /** The server stops: nothing new is taken, streams end, and the socket is closed once what is under way is answered. */
  goAway(): void
  /** More waits for the client to read than may. */
  overflowed(): void
  /** Nothing goes through the socket any more. */
  closed(): void
}

export interface ClientSocketSetting {
  /** Answers of queries and mutations that may wait for the client to read them, beside the largest of them. */
  readonly buffered_bytes_max: number
  /** What a client reads from one ping to the next at least, if there is as much to read. */
  readonly read_bytes_min: number
  readonly heartbeat: Pick<Heartbeat<ClientSocket>, 'add' | 'delete'>
  readonly onFault: (error: unknown) => void
  readonly whenClosed: (code: number) => void
}

/** What an upgrade says of its client. */
type UpgradingClient = Pick<ClientSocket, 'clientAddress' | 'clientName' | 'forwarded'>

/**
 * One client's socket. What belongs to it is on the object, and its listeners find it in `this`: closures would cost each of
 * ten thousand sockets a kilobyte.
 */
export class ClientSocket extends WebSocket {
  listener: SocketListener | undefined
  /** Whether anything came since the last ping. */
  isHeard = true
  /** Where it comes from, proxies of ours aside. */
  clientAddress = ''
  /** What it called itself in its upgrade. */
  clientName: string | undefined
  /** Headers of its upgrade that subgraphs get, names and values in turn. */
  forwarded: readonly string[] = []
  #setting: ClientSocketSetting | undefined
  #wire: Duplex | undefined
  #awaitsDrain = false
  /** What `sendText` took and has not been told that the operating system took it. */
  #waiting_bytes = 0
  /** The largest text since nothing waited. */
  #largest_bytes = 0
  #hasOverflowed = false
  /** What was sent behind all that pongs say the client has read. */
  #unread_bytes = 0
  /** The part of it that stands before the last ping. */
  #pinged_bytes = 0
  /** How many more beats the client has for what stands before the ping. */
  #beatsLeft = 0

  /** @param wire the connection that this socket's frames go through */
  attach(wire: Duplex, setting: ClientSocketSetting, client: UpgradingClient): void {
    this.clientAddress = client.clientAddress
    this.clientName = client.clientName
    this.forwarded = client.forwarded
    this.#wire = wire
    this.#setting = setting
    this.on('message', received)
    this.on('pong', ponged)
    this.on('close', closed)
    // Such as a message over the limit; ws closes the socket itself, with the right code.
    this.on('error', setting.onFault)
    setting.heartbeat.add(this)
  }

  detach(): void {
    this.#setting?.heartbeat.delete(this)
    const { listener } = this
    this.listener = undefined
    listener?.closed()
  }

  ended(code: number): void {
    this.#setting?.whenClosed(code)
  }

  /**
   * Asks whether the client is still there; closes the socket of one that did not answer the last time. The ping waits behind
   * all that was sent before it, megabytes of which the systems at both ends may hold: who reads slowly has time for them.
   */
  beat(): void {
    if (this.isHeard) {
      this.isHeard = false
      this.#pinged_bytes = this.#unread_bytes
      this.#beatsLeft = Math.floor(this.#pinged_bytes / (this.#setting?.read_bytes_min ?? Number.POSITIVE_INFINITY))
      this.ping()
    } else if (this.#beatsLeft > 0) this.#beatsLeft -= 1
    else this.terminate()
  }

  /** The client has read all before the last ping. */
  ponged(): void {
    this.isHeard = true
    this.#unread_bytes -= this.#pinged_bytes
    this.#pinged_bytes = 0
  }

  /**
   * Sends a message. A client that asks and does not read what it is answered overflows. One that reads does not, however
   * large an answer is: the largest of those that wait is not counted, nor are frames of `write`, which waits by itself.
   */
  sendText(text: string): void {
    if (this.readyState !== WebSocket.OPEN) return
    const size_bytes = Buffer.byteLength(text)
    this.#waiting_bytes += size_bytes
    this.#unread_bytes += size_bytes
    this.#largest_bytes = Math.max(this.#largest_bytes, size_bytes)
    this.send(text, () => this.#taken(size_bytes))
    // The one still counts what was taken in this very turn, the other counts events as well.
    const counted_bytes = Math.min(this.#waiting_bytes, this.bufferedAmount) - this.#largest_bytes
    if (this.#hasOverflowed || counted_bytes <= (this.#setting?.buffered_bytes_max ?? 0)) return
    this.#hasOverflowed = true
    this.listener?.overflowed()
  }

  #taken(size_bytes: number): void {
    this.#waiting_bytes -= size_bytes
    if (this.#waiting_bytes === 0) this.#largest_bytes = 0
  }

  /**
   * Writes a whole WebSocket frame, ready-made. False: it will be sent, and nothing more should be written until the
   * listener's `drained`.
   */
  write(frame: Buffer): boolean {
    const wire = this.#wire
    if (wire === undefined || this.readyState !== WebSocket.OPEN) return true
    this.#unread_bytes += frame.length
    const hasRoom = wire.write(frame)
    if (!hasRoom && !this.#awaitsDrain) {
      this.#awaitsDrain = true
      wire.once('drain', () => {
        this.#awaitsDrain = false
        this.listener?.drained()
      })
    }
    return hasRoom
  }

  goAway(): void {
    if (this.listener === undefined) this.closeWith('GOING_AWAY')
    else this.listener.goAway()
  }

  /** Closes the socket; a client that does not answer that holds on to nothing of what it had here. */
  closeWith(reason: keyof typeof LIVE_CLOSE_CODES): void {
    this.close(LIVE_CLOSE_CODES[reason].code, LIVE_CLOSE_CODES[reason].reason)
    this.detach()
  }
}

function received(this: WebSocket, data: RawData): void {
  const socket = this as ClientSocket
  socket.isHeard = true
  socket.listener?.message(String(data))
}

function ponged(this: WebSocket): void {
  const socket = this as ClientSocket
  socket.ponged()
}

function closed(this: WebSocket, code: number): void {
  const socket = this as ClientSocket
  socket.detach()
  socket.ended(code)
}
