import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { holdsCardNumber } from './cards/holds-card-number.ts'

/** The header that carries the correlation id from the gateway to every subgraph, and back in each answer. */
export const CORRELATION_HEADER = 'x-correlation-id'

const current = new AsyncLocalStorage<string>()

/**
 * Runs `fn`, and all that it awaits, under a correlation id: the incoming one when it is sane, else a new one. An id
 * is written into logs, journals and headers, so one that could forge a log line or fill a disk, or that holds a card number, is
 * not taken over.
 */
export function withCorrelation<T>(incoming: string | undefined, fn: (id: string) => T): T {
  const id = isCorrelationId(incoming) ? incoming : randomUUID()
  return current.run(id, fn, id)
}

/** The id of the work that is being done, or undefined outside of `withCorrelation`. */
export const correlationId = (): string | undefined => current.getStore()

export const isCorrelationId = (value: unknown): value is string =>
  typeof value === 'string' && SANE.test(value) && (UUID.test(value) || !(NUMBER.test(value) || holdsCardNumber(value)))

const SANE = /^[A-Za-z0-9][A-Za-z0-9._:-]{7,63}$/
/** What the gateway makes up, and nearly every caller: none of them is a card number, so that looking for one is spared. */
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
/** As many digits as card numbers have, and nothing else: it would be in every log and journal. */
const NUMBER = /^(?:\d[._:-]*){12,19}$/
