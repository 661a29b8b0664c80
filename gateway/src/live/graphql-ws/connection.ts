import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import { tokenExpired } from '@carriergraph/shared/auth/refusals.ts'
import { CORRELATION_HEADER, withCorrelation } from '@carriergraph/shared/correlation.ts'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import {
  type ConnectionInitMessage,
  type Message,
  MessageType,
  parseMessage,
  type SubscribeMessage,
  type SubscribePayload,
  stringifyMessage,
} from 'graphql-ws'
import { clientNameOf } from '../../degrade/client-name.ts'
import { gatewayError } from '../../errors/codes.ts'
import type { OperationRequest } from '../../graph/operation-request.ts'
import type { DocumentReference } from '../../persisted/automatic.ts'
import { headerRecord } from '../../subgraphs/forwarded-headers.ts'
import type { ClientSocket, SocketListener } from '../client-socket.ts'
import type { LIVE_CLOSE_CODES } from '../close-codes.ts'
import { authorizationOf, headersOf } from '../connection-params.ts'
import { MessageRate } from '../message-rate.ts'
import { startOperation } from '../start-operation.ts'
import type { ErrorCause } from '../streams/subscription.ts'
import { whenExpired } from '../when-expired.ts'
import type { GraphqlWsOptions } from './graphql-ws.ts'
import { SocketOperation } from './socket-operation.ts'

/** Speaks graphql-ws (PROTOCOL.md of enisdenjo/graphql-ws) with one client. */
export class GraphqlWsConnection implements SocketListener {
  readonly #socket: ClientSocket
  readonly #options: GraphqlWsOptions
  readonly #rate: MessageRate
  readonly #operations = new Map<string, SocketOperation>()
  #state: 'waiting' | 'initialising' | 'ready' = 'waiting'
  #initTimer: NodeJS.Timeout | undefined
  #actor: Caller = ANONYMOUS
  #authorization: string | undefined
  #forwarded: readonly string[] = []
  #clientName: string | undefined
  #forgetExpiry: (() => void) | undefined
  #isExpired = false
  #isGoingAway = false
  #isSlow = false

  constructor(socket: ClientSocket, options: GraphqlWsOptions) {
    this.#socket = socket
    this.#options = options
    this.#rate = new MessageRate(options.limits, options.clock)
    this.#initTimer = setTimeout(() => socket.closeWith('INIT_TIMEOUT'), options.limits.init_ms_max)
  }

  message(text: string): void {
    const message = this.#rate.take() ? parsed(text) : 'one too many'
    if (message === 'one too many') this.#socket.closeWith('MESSAGE_RATE')
    else if (message?.type === MessageType.ConnectionInit) this.#initialise(message)
    else if (message?.type === MessageType.Subscribe) this.#subscribe(message)
    else if (message?.type === MessageType.Complete) this.#leave(message.id)
    else if (message?.type === MessageType.Ping)
      this.#socket.sendText(stringifyMessage({ ...message, type: MessageType.Pong }))
    else if (message?.type !== MessageType.Pong) this.#socket.closeWith('BAD_MESSAGE')
  }

  drained(): void {
    for (const { subscription } of this.#operations.values()) subscription?.drained()
  }

  goAway(): void {
    this.#isGoingAway = true
    this.#endSubscriptions(gatewayError('GOING_AWAY').toJSON())
    this.#closeWhenQuiet()
  }

  /** No answer could wait here any longer, whatever is under way. */
  overflowed(): void {
    this.#endSubscriptions(gatewayError('SUBSCRIPTION_OVERFLOW').toJSON())
    this.#socket.closeWith('SLOW_CONSUMER')
  }

  closed(): void {
    clearTimeout(this.#initTimer)
    this.#forgetExpiry?.()
    for (const id of this.#operations.keys()) this.#leave(id)
  }

  #initialise({ payload }: ConnectionInitMessage): void {
    if (this.#state === 'waiting') this.#authenticate(payload)
    else this.#socket.closeWith('INIT_AGAIN')
  }

  #authenticate(params: ConnectionInitMessage['payload']): void {
    const authorization = authorizationOf(params)
    // What the client says itself goes before what its browser put into the upgrade.
    const said = headersOf(params)
    this.#forwarded = this.#options.readHeaders({ ...headerRecord(this.#socket.forwarded), ...said })
    this.#clientName = clientNameOf(said) ?? this.#socket.clientName
    this.#state = 'initialising'
    clearTimeout(this.#initTimer)
    this.#initTimer = undefined
    this.#options.authenticate(authorization).then(
      (actor) => this.#signIn(actor, authorization),
      (error: unknown) => this.#socket.closeWith(closeReason(error)),
    )
  }

  /** The socket speaks for this actor from now until its token expires. */
  #signIn(actor: Caller, authorization: string | undefined): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    this.#actor = actor
    this.#authorization = authorization
    this.#state = 'ready'
    this.#forgetExpiry = whenExpired(actor, this.#options.clock, () => this.#expire())
    this.#socket.sendText(stringifyMessage({ type: MessageType.ConnectionAck }))
  }

  #subscribe({ id, payload }: SubscribeMessage): void {
    if (this.#state !== 'ready') this.#socket.closeWith('NOT_INITIALISED')
    else if (this.#operations.has(id)) this.#socket.closeWith('ID_IN_USE')
    // A slow client asks again on its next socket, safely: nothing of this has been begun.
    else if (!this.#isSlow) this.#begin(id, payload)
  }

  #begin(id: string, payload: SubscribePayload): void {
    const operation = new SocketOperation(this.#socket, id, this.#whenOver)
    this.#operations.set(id, operation)
    const headers = headersIn(payload)
    const context = {
      actor: this.#actor,
      authorization: this.#authorization,
      correlationId: correlationOf(headers),
      clientAddress: this.#socket.clientAddress,
      clientName: this.#clientName,
      forwarded: this.#forwarded,
      ...this.#options.readTrace(headers),
    }
    if (this.#isGoingAway) operation.error([gatewayError('GOING_AWAY').toJSON()], 'stream')
    else if (this.#operations.size > this.#options.limits.operations_max)
      operation.error([gatewayError('TOO_MANY_OPERATIONS').toJSON()], 'stream')
    else {
      const isExpired = () => this.#isExpired
      void startOperation(operation, () => this.#requestOf(payload), context, { ...this.#options, isExpired }).then(
        () => {
          if (this.#isSlow) operation.subscription?.terminate(gatewayError('SUBSCRIPTION_OVERFLOW').toJSON())
        },
      )
    }
  }

  async #requestOf(payload: SubscribePayload): Promise<OperationRequest> {
    const { gate, resolveDocument } = this.#options
    const { refusal } = await gate.enter(this.#socket.clientAddress)
    if (refusal !== undefined) throw refusal
    const { operationName, variables } = payload
    const query = resolveDocument(referenceOf(payload))
    return { query, operationName: operationName ?? undefined, variables: variables ?? {} }
  }

  #leave(id: string): void {
    const operation = this.#operations.get(id)
    this.#operations.delete(id)
    operation?.leave()
    this.#closeWhenQuiet()
  }

  readonly #whenOver = (id: string, cause: ErrorCause | 'complete'): void => {
    this.#operations.delete(id)
    if (cause === 'slow') this.#endSlow()
    this.#closeWhenQuiet()
  }

  /**
   * What one subscription could not be sent, the others of the socket wait for as well. Queries and mutations under way are
   * answered first: clients send those again that a closed socket left open.
   */
  #endSlow(): void {
    this.#isSlow = true
    this.#endSubscriptions(gatewayError('SUBSCRIPTION_OVERFLOW').toJSON())
  }

  #endSubscriptions(error: GraphQLFormattedError): void {
    for (const { subscription } of this.#operations.values()) subscription?.terminate(error)
  }

  /**
   * Each subscription ends with an error that carries its cursor; closing the socket alone would make clients
   * reconnect and subscribe from their first position again, with a gap or with repeats.
   */
  #expire(): void {
    this.#isExpired = true
    this.#endSubscriptions(tokenExpired().toJSON())
    this.#closeWhenQuiet()
  }

  #closeWhenQuiet(): void {
    if (this.#operations.size > 0) return
    if (this.#isExpired) this.#socket.closeWith('TOKEN_EXPIRED')
    else if (this.#isSlow) this.#socket.closeWith('SLOW_CONSUMER')
    else if (this.#isGoingAway) this.#socket.closeWith('GOING_AWAY')
  }
}

function parsed(text: string): Message | undefined {
  try {
    return parseMessage(text)
  } catch {
    return undefined
  }
}

/** Over a socket, the correlation id and the trace of an operation travel in its `extensions.headers`, as they do upstream. */
const headersIn = ({ extensions }: SubscribePayload): object => Object(extensions?.headers)

function correlationOf(headers: object): string {
  const incoming: unknown = Reflect.get(headers, CORRELATION_HEADER)
  return withCorrelation(typeof incoming === 'string' ? incoming : undefined, (id) => id)
}

/** The protocol demands a text of every operation; an empty one leaves it to the id or hash beside it. */
function referenceOf(payload: SubscribePayload): DocumentReference {
  const documentId: unknown = Reflect.get(payload, 'documentId')
  return {
    query: payload.query === '' ? undefined : payload.query,
    documentId: typeof documentId === 'string' ? documentId : undefined,
    extensions: payload.extensions ?? undefined,
  }
}

function closeReason(error: unknown): keyof typeof LIVE_CLOSE_CODES {
  const extensions = error instanceof GraphQLError ? error.extensions : {}
  if (extensions.reason === 'TOKEN_EXPIRED') return 'TOKEN_EXPIRED'
  return extensions.code === 'UNAUTHENTICATED' ? 'TOKEN_INVALID' : 'TRY_AGAIN'
}
