import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import type { PaymentFlow } from './payment-flow.ts'
import type { PaymentRequest, TakenOn } from './take-on.ts'

/** Enough to keep a tenant's eight connections busy while others wait for risk; more only wait in line. */
const AT_ONCE = 32
/** The gateway waits five seconds for a subgraph: what has not begun by then is for the next call. */
const BEGIN_WITHIN_MS = 4_000

export type ManyTakenOn = TakenOn | Refused<'NOT_REACHED'>

/**
 * Pays many, each for itself and under its own key: one that is refused or fails holds up no other. The answers come in
 * the order of the requests, all of one caller. What is not begun in time is answered with NOT_REACHED and nothing is stored
 * for it: the same call again is answered at once for those that are done, and goes on with the rest.
 * @throws the first error, when all that had begun have ended
 */
export async function createMany(
  flow: Pick<PaymentFlow, 'create'>,
  scope: Books,
  requests: readonly PaymentRequest[],
  clock: Clock,
): Promise<ManyTakenOn[]> {
  const answers: ManyTakenOn[] = []
  const errors: unknown[] = []
  const until = clock().getTime() + BEGIN_WITHIN_MS
  const waiting = requests.entries()
  const underKey = new Map<string, Promise<TakenOn>>()

  async function work(): Promise<void> {
    for (const [index, request] of waiting) {
      const isLate = clock().getTime() >= until || errors.length > 0
      answers[index] = isLate ? notReached() : await inTurn(request)
    }
  }
  /** Of two under one key the first in the call decides, as if they had come one after the other. */
  function inTurn(request: PaymentRequest): Promise<TakenOn> {
    const { idempotencyKey } = request.key
    const earlier = underKey.get(idempotencyKey)
    const create = () => flow.create(scope, request)
    const taken = earlier === undefined ? create() : earlier.then(create)
    underKey.set(idempotencyKey, taken)
    return taken
  }
  const workers = Array.from({ length: Math.min(AT_ONCE, requests.length) }, () =>
    work().catch((error: unknown) => void errors.push(error)),
  )
  await Promise.all(workers)
  if (errors.length > 0) throw errors[0]
  return answers
}

const notReached = () => refuse('NOT_REACHED', 'It was not reached in time; send it again under its key.')
