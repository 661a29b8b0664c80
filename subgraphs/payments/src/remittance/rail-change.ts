import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { afterCommit } from '@carriergraph/shared/db/transaction.ts'
import { type Id, parseId } from '@carriergraph/shared/ids.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { lockRemittance } from '../db/remittances.ts'
import { SETTLING_ACTOR } from '../flow/change-payment.ts'
import type { Finisher } from '../flow/finisher.ts'
import type { InstructionChange } from '../rails/drive.ts'
import type { OnRailNews } from '../rails/news.ts'
import type { RailsConfig } from '../rails/settings.ts'
import { applyChange, type RemittanceChange } from './change.ts'
import { failureOf } from './failure.ts'
import { areUndecided, keepPart, lockParts, refundByParts } from './part-returns.ts'
import { isBack, type Remittance, type RemittanceStatus } from './remittance.ts'

/** What news of a rail have made of a remittance. */
export type Followed = {
  /** The remittance, where it moved. */
  readonly moved?: Remittance
  /** The case of a part that came back and moved nothing. */
  readonly keptId?: Id<'uam'>
}

/**
 * Moves a remittance on by what the rail told of its instruction, in the transaction that stores what was told. Its money
 * is for whoever drives it on. A part that comes back moves nothing, and stands in suspense: it is for two people to say whose
 * it is. When with others it is all, and nobody has decided on those, they refund it together. What comes back behind that
 * stands in suspense as well.
 */
export async function applyRailChange(
  tx: Tx,
  { after: { instruction, state, reason, returned } }: InstructionChange,
  { config, now }: { readonly config: RailsConfig; readonly now: Date },
): Promise<Followed> {
  const moves = MOVES[state]
  if (moves === undefined) return {}
  const remittance = await lockRemittance(tx, parseId('rem', instruction.reference))
  if (state === 'RETURNED') {
    const parts = await lockParts(tx, remittance)
    const returnedMinor = returned?.minor ?? 0n
    const isAll = !isGivenBack(remittance.status) && isBack(remittance, returnedMinor) && areUndecided(parts)
    if (!isAll) {
      const keptId = await keepPart(tx, remittance, returnedMinor, { parts, config, now })
      return keptId === undefined ? {} : { keptId }
    }
    await refundByParts(tx, remittance, parts, now)
  }
  const change = moves(reason?.code ?? null, returned?.minor ?? null)
  return { moved: await applyChange(tx, remittance, change, { now, actor: SETTLING_ACTOR }) }
}

/** All of it goes back to its sender, or has: there is nothing more to give. */
const isGivenBack = (status: RemittanceStatus): boolean => status === 'REFUNDING' || status === 'REFUNDED'

/** What remittances do about the news of rails, in the transaction of the change; they are driven on behind its commit. */
export const onRemittanceNews =
  ({ clock, finisher, config, log }: NewsOptions): OnRailNews =>
  async (tx, change, books) => {
    const { moved, keptId } = await applyRailChange(tx, change, { config, now: clock() })
    if (moved !== undefined) afterCommit(tx, () => finisher.soon(books, moved.id))
    if (keptId === undefined) return
    const what = { remittanceId: change.after.instruction.reference, tenant: books.tenant, unappliedId: keptId }
    afterCommit(tx, () =>
      log.error(
        what,
        'a part of a remittance came back; it stands in suspense, and two people have to say whose it is',
      ),
    )
  }

type NewsOptions = {
  readonly clock: Clock
  readonly finisher: Pick<Finisher<'rem'>, 'soon'>
  readonly config: RailsConfig
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
