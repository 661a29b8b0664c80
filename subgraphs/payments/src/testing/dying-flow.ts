import type { RemittanceFlow } from '../remittance/remittance-flow.ts'
import { APPROVE, type RemittanceParts } from './remittance-stage.ts'

export class Died extends Error {}

/** What the answer of risk is. */
export type Decision = 'APPROVE' | 'REVIEW' | 'DECLINE'

/**
 * A flow in a process that dies at the `deathAt`th of the places where another part is asked: before and after each question to
 * risk, each posting, and each instruction. 0: it lives.
 */
export function dyingFlow(
  { ledgers, outlet, flow }: Pick<RemittanceParts, 'ledgers' | 'outlet' | 'flow'>,
  deathAt: number,
  decision: Decision = 'APPROVE',
  die: () => void = throwDied,
): RemittanceFlow {
  let place = 0
  const pass = () => {
    place += 1
    if (place === deathAt) die()
  }
  const around =
    <Given extends unknown[], Answer>(ask: (...given: Given) => Promise<Answer>) =>
    async (...given: Given): Promise<Answer> => {
      pass()
      const answer = await ask(...given)
      pass()
      return answer
    }
  return flow({
    assess: around(async () => ({ ...APPROVE, decision })),
    post: around((books, orders) => ledgers.of(books).postLinked(orders)),
    outlet: { ...outlet, instruct: around(outlet.instruct) },
  })
}

function throwDied(): never {
  throw new Died()
}

/** Waits for what may die. */
export async function untilDeath(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof Died)) throw error
  }
}
