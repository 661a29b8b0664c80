import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import { gatewayError } from '../errors/codes.ts'
import type { Overload } from './overload.ts'
import type { Quotas, Spent } from './quotas.ts'

/** How much work the gateway takes on, and from whom. */
export interface Gate {
  /** A request, or an operation on a socket, before anything of it is read. */
  enter(clientAddress: string): Promise<Spent>
  /** An operation that may run, with what it may cost at the most. */
  run(actor: Caller, clientAddress: string, cost: number): Promise<Spent>
  /** Counts and watches no more. */
  close(): void
}

export interface GateOptions {
  readonly quotas?: Quotas | undefined
  readonly overload?: Overload | undefined
  readonly close?: () => void
}

/** What a client that was turned away waits at the least. */
const OVERLOADED_RETRY_S = 1
const LET_IN: Spent = { states: [], refusal: undefined }

export const createGate = ({ quotas, overload, close }: GateOptions): Gate => ({
  async enter(clientAddress) {
    if (overload?.sheds() === true)
      return { states: [], refusal: gatewayError('OVERLOADED', { extensions: { retryAfter_s: OVERLOADED_RETRY_S } }) }
    return quotas === undefined ? LET_IN : quotas.request(clientAddress)
  },
  run: async (actor, clientAddress, cost) =>
    quotas === undefined ? LET_IN : quotas.operation(actor, clientAddress, cost),
  close: () => close?.(),
})

/** Lets everybody in. */
export const OPEN_GATE: Gate = createGate({})
