/**
 * Seconds without a byte from the server after which a waiting statement is given up and its connection closed. The
 * server ends every statement at STATEMENT_TIMEOUT_MS by itself: what is silent for longer is not slow, it is gone, and
 * no packet says so where a network swallows them.
 */
export const ANSWER_TIMEOUT_S = 15

/**
 * The same from the server's side, as startup parameters: a client that is gone gives its locks and its leases back
 * within a minute, and not after the two hours of most kernels.
 */
export const KEEPALIVE = {
  tcp_keepalives_idle: 30,
  tcp_keepalives_interval: 10,
  tcp_keepalives_count: 3,
} as const
