import { isUtf8 } from 'node:buffer'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, type Message, MessageType, parseMessage, stringifyMessage } from 'graphql-ws'
import { WebSocket } from 'ws'

export interface UpstreamSocketLimits {
  /** From the start of the TCP connection to the subgraph's `connection_ack`. */
  readonly connect_ms_max: number
  /** A socket on which nothing, not even a pong, was heard for this long is taken for dead. */
  readonly silence_ms_max: number
  readonly message_bytes_max: number
}

export interface UpstreamSocketEvents {
  /** The subgraph acknowledged the connection; operations may be sent. */
  ready(): void
  message(message: Message): void
  /** What came for the operation `id` is no message. */
  malformed(id: string): void
  /** The end, whatever came before it; nothing is called afterwards. Unreadable: a frame that nobody can say whose it is. */
  closed(reason: string, isUnreadable: boolean): void
}

export interface UpstreamSocket {
  /** False when the socket no longer takes messages. */
  send(message: Message): boolean
  close(): void
}

/** Servers write what a message is and whose before what it says, so that this can be read where the rest cannot. */
const ID_OF_ANSWER = /^\s*\{\s*(?:"type"\s*:\s*"(?:next|error|complete)"\s*,\s*)?"id"\s*:\s*"(\d+)"/

/** What only clients say. */
const OF_CLIENTS: ReadonlySet<string> = new Set([MessageType.ConnectionInit, MessageType.Subscribe])

/** Opens one graphql-ws connection. It never throws and never hangs: each failure ends in `closed`. */
export function openUpstreamSocket(
  url: string,
  headers: Readonly<Record<string, string>>,
  limits: UpstreamSocketLimits,
  events: UpstreamSocketEvents,
): UpstreamSocket {
  const socket = new WebSocket(url, GRAPHQL_TRANSPORT_WS_PROTOCOL, {
    headers: { ...headers },
    handshakeTimeout: limits.connect_ms_max,
    maxPayload: limits.message_bytes_max,
    perMessageDeflate: false,
    // A text that is no UTF-8 is found below, where it can still be read whose it is.
    skipUTF8Validation: true,
  })
  let reason = 'closed'
  let isUnreadable = false
  let heard = true
  let heartbeat: NodeJS.Timeout | undefined
  const ackTimer = setTimeout(() => giveUp('it sent no connection_ack in time'), limits.connect_ms_max)

  function giveUp(why: string): void {
    reason = why
    socket.terminate()
  }

  /** Acknowledged twice, each stream would be opened twice, and every event come twice. */
  const isExpected = ({ type }: Message): boolean =>
    !OF_CLIENTS.has(type) && (heartbeat === undefined || type !== MessageType.ConnectionAck)

  // A peer that vanished without a FIN is found by the pong that does not come.
  function beat(): void {
    if (heard) socket.ping()
    else giveUp('it was silent for too long')
    heard = false
  }

  socket.on('open', () => socket.send(stringifyMessage({ type: MessageType.ConnectionInit })))
  socket.on('pong', () => {
    heard = true
  })
  socket.on('message', (data: Buffer) => {
    heard = true
    const text = String(data)
    const message = isUtf8(data) ? parsed(text) : undefined
    const id = message === undefined ? ID_OF_ANSWER.exec(text)?.[1] : undefined
    if (id !== undefined) return events.malformed(id)
    if (message === undefined || !isExpected(message)) {
      isUnreadable = true
      return giveUp('it sent what is not graphql-ws')
    }
    if (message.type === MessageType.ConnectionAck) {
      clearTimeout(ackTimer)
      heartbeat = setInterval(beat, limits.silence_ms_max / 2)
      events.ready()
    } else if (message.type === MessageType.Ping) socket.send(stringifyMessage({ type: MessageType.Pong }))
    else events.message(message)
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    reason = error.message
    isUnreadable = error.code?.startsWith('WS_ERR_') ?? false
  })
  socket.on('close', (code) => {
    clearTimeout(ackTimer)
    clearInterval(heartbeat)
    events.closed(`${reason} (${code})`, isUnreadable)
  })
  return {
    send(message) {
      const isOpen = socket.readyState === WebSocket.OPEN
      if (isOpen) socket.send(stringifyMessage(message))
      return isOpen
    },
    close: () => socket.close(1000, 'Normal Closure'),
  }
}

function parsed(text: string): Message | undefined {
  try {
    return parseMessage(text)
  } catch {
    return undefined
  }
}
