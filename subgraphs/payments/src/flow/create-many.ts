import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import type { PaymentFlow } from './payment-flow.ts'
import { hashOfOrder } from './request-hash.ts'
import { keyReused, type PaymentRequest, type TakenOn } from './take-on.ts'

/** Enough to keep a tenant's eight connections busy while others wait for risk; more only wait in line. */
const AT_ONCE = 32
/** The gateway waits five seconds for a subgraph: what has not begun by then is for the next call. */
const BEGIN_WITHIN_MS = 4_000

export type ManyTakenOn = TakenOn | Refused<'NOT_REACHED'>

/**
 * Pays many, each for itself and under its own key: one that is refused or fails holds up no other. The answers come in
 * the order of the requests, all of one caller. What is not begun in time is answered with NOT_REACHED and nothing is stored
 * for it: the same call again is answered at once for those that are done, and goes on with the rest. Of those under one key
 * the first decides, as if they had come one after the other.
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
  const keys = Map.groupBy(requests.entries(), ([, { key }]) => key.idempotencyKey)
  const waiting = keys.values()

  async function begin(request: PaymentRequest): Promise<ManyTakenOn> {
    const isLate = clock().getTime() >= until || errors.length > 0
    return isLate ? notReached() : flow.create(scope, request)
  }
  /** Those under one key: it is asked for once, unless the first has another body than an earlier call had. */
  async function answerInTurn(alike: readonly (readonly [number, PaymentRequest])[]): Promise<void> {
    const byBody = new Map<string, ManyTakenOn>()
    let isTaken = false
    for (const [index, request] of alike) {
      const body = hashOfOrder(request.order)
      const answer: ManyTakenOn = byBody.get(body) ?? (isTaken ? keyReused() : await begin(request))
      byBody.set(body, answer)
      answers[index] = answer
      isTaken ||= answer.ok || (answer.code !== 'NOT_REACHED' && answer.code !== 'IDEMPOTENCY_KEY_REUSED')
    }
  }
  async function work(): Promise<void> {
    for (const alike of waiting) await answerInTurn(alike)
  }
  const workers = Array.from({ length: Math.min(AT_ONCE, keys.size) }, () =>
    work().catch((error: unknown) => void errors.push(error)),
  )
  await Promise.all(workers)
  if (errors.length > 0) throw errors[0]
  return answers
}

const notReached = () => refuse('NOT_REACHED', 'It was not reached in time; send it again under its key.')
