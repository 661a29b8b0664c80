import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { afterCommit } from '@carriergraph/shared/db/transaction.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { lockRemittance } from '../db/remittances.ts'
import { SETTLING_ACTOR } from '../flow/change-payment.ts'
import type { Finisher } from '../flow/finisher.ts'
import type { InstructionChange } from '../rails/drive.ts'
import type { OnRailNews } from '../rails/news.ts'
import { applyChange, type RemittanceChange } from './change.ts'
import { failureOf } from './failure.ts'
import { isBack, type Remittance, type RemittanceStatus } from './remittance.ts'

/**
 * Moves a remittance on by what the rail told of its instruction, in the transaction that stores what was told. Its money
 * is for whoever drives it on. A part that comes back moves nothing, until with others it is all: it is for a person to say
 * whose it is. Nor does what comes back behind that.
 * @returns the remittance, where it moved
 */
export async function applyRailChange(
  tx: Tx,
  { after: { instruction, state, reason, returned } }: InstructionChange,
  now: Date,
): Promise<Remittance | undefined> {
  const moves = MOVES[state]
  if (moves === undefined) return undefined
  const remittance = await lockRemittance(tx, parseId('rem', instruction.reference))
  const { status } = remittance
  if (state === 'RETURNED' && (isGivenBack(status) || !isBack(remittance, returned?.minor ?? 0n))) return undefined
  const change = moves(reason?.code ?? null, returned?.minor ?? null)
  return applyChange(tx, remittance, change, { now, actor: SETTLING_ACTOR })
}

/** All of it goes back to its sender, or has: there is nothing more to give. */
const isGivenBack = (status: RemittanceStatus): boolean => status === 'REFUNDING' || status === 'REFUNDED'

/** What remittances do about the news of rails, in the transaction of the change; they are driven on behind its commit. */
export const onRemittanceNews =
  ({ clock, finisher, log }: NewsOptions): OnRailNews =>
  async (tx, change, books) => {
    const moved = await applyRailChange(tx, change, clock())
    if (moved !== undefined) afterCommit(tx, () => finisher.soon(books, moved.id))
    const { state, instruction } = change.after
    if (moved === undefined && state === 'RETURNED')
      afterCommit(tx, () =>
        log.error(
          { remittanceId: instruction.reference, tenant: books.tenant },
          'a part of a remittance came back; it refunds nothing, and a person has to say whose it is',
        ),
      )
  }

type NewsOptions = {
  readonly clock: Clock
  readonly finisher: Pick<Finisher<'rem'>, 'soon'>
  readonly log: Pick<Log, 'error'>
}

type Moves = (railReason: string | null, returnedMinor: bigint | null) => RemittanceChange

/** What the states of an instruction, each of which is told once, make of its remittance. The others change nothing. */
const MOVES: Readonly<Partial<Record<string, Moves>>> = {
  SETTLED: () => ({ status: 'SETTLING' }),
  REJECTED: (railReason) => ({ status: 'REFUNDING', failure: failureOf('REJECTED_BY_RAIL'), railReason }),
  CANCELLED: (railReason) => ({ status: 'REFUNDING', failure: failureOf('RECALLED'), railReason }),
  RETURNED: (railReason, returnedMinor) => ({
    status: 'REFUNDING',
    failure: failureOf('RETURNED_BY_BANK'),
    railReason,
    returnedMinor,
  }),
}
