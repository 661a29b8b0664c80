export type ServerLimits = {
  /** The gateway's own limit on a client's request is below this; entity batches are what is larger. */
  readonly body_bytes_max: number
  /** One message on a WebSocket: a subscribe message with its document and variables. */
  readonly message_bytes_max: number
  /** Open subscriptions of this process, over all sockets; each holds a place in a journal. */
  readonly subscriptions_max: number
  /** How long requests in flight may take to finish once the server stops. */
  readonly drain_ms_max: number
  /** How long one readiness check may take, below the probe's own timeout. */
  readonly readiness_ms_max: number
}

export const SERVER_LIMITS: ServerLimits = {
  body_bytes_max: 4 * 1024 * 1024,
  message_bytes_max: 256 * 1024,
  subscriptions_max: 10_000,
  drain_ms_max: 10_000,
  readiness_ms_max: 2_000,
}
