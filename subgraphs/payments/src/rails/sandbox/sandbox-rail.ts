import type { Clock } from '@carriergraph/shared/clock.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { type Id, isId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import {
  findDueSandboxInstructions,
  findSandboxInstruction,
  insertSandboxInstruction,
  markArrived,
  markCancelled,
  markTold,
  type SandboxInstruction,
} from '../../db/sandbox-instructions.ts'
import { type Instruction, instructionHash } from '../instruction.ts'
import { counterpartyFault } from '../iso20022/check-instruction.ts'
import type { Notice } from '../notice.ts'
import {
  type Answer,
  CANCEL_REFUSALS,
  type CancelCode,
  INSTRUCTION_REFUSALS,
  type InstructionCode,
  InstructionDiffersError,
  NOTICES_MAX,
  type Rail,
} from '../rail.ts'
import { fateOf, type SandboxSettings } from './fault.ts'
import { CANCELLED_NOTICE, PENDING, type Script, type ScriptedNotice, scriptOf } from './script.ts'

export type SandboxRailOptions = SandboxSettings & { readonly db: TenantDb; readonly clock: Clock }

/**
 * A rail that moves no money and fails on demand: `fault.ts` says how, and how to ask for it. What it was given is in the
 * database, and what it does follows from that, the seed and the clock: a restart changes nothing.
 */
export function createSandboxRail({ db, clock, ...settings }: SandboxRailOptions): Rail {
  async function submit(instruction: Instruction): Promise<Answer> {
    const { id, amount } = instruction
    const contentHash = instructionHash(instruction)
    const known = await findSandboxInstruction(db, id)
    if (known !== undefined && known.contentHash !== contentHash)
      throw new InstructionDiffersError(`Another instruction was submitted as ${id}.`)
    const fate = fateOf(instruction, settings)
    const script = scriptOf(fate, amount)
    const isLost = script.isFirstLost && known === undefined
    const now = clock()
    const arrival = isLost ? NOT_ARRIVED : { arrivedAt: now, nextNoticeAt: dueAt(script.notices[0], now) }
    if (known === undefined)
      await insertSandboxInstruction(db, {
        id,
        contentHash,
        amountMinor: amount.minor,
        currency: amount.currency,
        ...fate,
        ...arrival,
        cancelledAt: null,
        told: 0,
      })
    else if (known.arrivedAt === null) await markArrived(db, id, now, arrival.nextNoticeAt)
    return isLost ? { outcome: 'UNKNOWN' } : script.answer
  }

  async function inquire(id: Id<'ins'>): Promise<readonly Notice[] | undefined> {
    const known = await findSandboxInstruction(db, id)
    if (known === undefined || known.arrivedAt === null) return undefined
    if (known.cancelledAt !== null) return [noticeOf(known, CANCELLED_NOTICE)]
    const { end, returned } = scriptFor(known)
    const age_ms = clock().getTime() - known.arrivedAt.getTime()
    if (age_ms < end.after_ms) return [{ instructionId: id, key: 'sandbox:pending', ...PENDING }]
    const answers: Notice[] = [{ instructionId: id, key: 'sandbox:asked', ...end.news }]
    if (returned !== undefined && age_ms >= returned.after_ms)
      answers.push({ instructionId: id, key: 'sandbox:asked after return', ...returned.news })
    return answers
  }

  async function cancel(id: Id<'ins'>): Promise<Outcome<void, CancelCode>> {
    const known = await findSandboxInstruction(db, id)
    if (known === undefined || known.arrivedAt === null)
      return refuse('INSTRUCTION_NOT_FOUND', CANCEL_REFUSALS.INSTRUCTION_NOT_FOUND)
    const now = clock()
    if (known.cancelledAt !== null) return ok(undefined)
    if (now.getTime() - known.arrivedAt.getTime() >= scriptFor(known).end.after_ms)
      return refuse('CANCEL_TOO_LATE', CANCEL_REFUSALS.CANCEL_TOO_LATE)
    await markCancelled(db, id, now)
    return ok(undefined)
  }

  async function* notices(): AsyncGenerator<readonly Notice[]> {
    for (;;) {
      const due = await findDueSandboxInstructions(db, clock(), NOTICES_MAX)
      if (due.length === 0) return
      yield due.flatMap((known) => {
        const next = noticesOf(known)[known.told]
        return next === undefined ? [] : [noticeOf(known, next)]
      })
      for (const known of due) {
        const { arrivedAt, cancelledAt } = known
        await markTold(db, known, dueAt(noticesOf(known)[known.told + 1], cancelledAt ?? arrivedAt))
      }
    }
  }

  return { name: 'sandbox', check, submit, inquire, cancel, notices }
}

/**
 * It carries everything that is above zero, with accounts, names and texts that banks carry: a client meets here what it meets at
 * a bank.
 */
function check({ amount, direction, debtor, creditor, remittance }: Instruction): Outcome<void, InstructionCode> {
  if (amount.minor <= 0n) return refuse('AMOUNT_NOT_POSITIVE', INSTRUCTION_REFUSALS.AMOUNT_NOT_POSITIVE, ['amount'])
  const [side, party] = direction === 'OUT' ? (['creditor', creditor] as const) : (['debtor', debtor] as const)
  // The operator's own account is nowhere, and a card has no more than an id; no bank is told its text.
  if (isId('card', party.account ?? '')) return ok(undefined)
  return counterpartyFault(side, party, remittance) ?? ok(undefined)
}

const NOT_ARRIVED = { arrivedAt: null, nextNoticeAt: null }

const scriptFor = ({ fault, declineCode, amountMinor, currency }: SandboxInstruction): Script =>
  scriptOf({ fault, declineCode }, money(amountMinor, currency))

const noticesOf = (known: SandboxInstruction): readonly ScriptedNotice[] =>
  known.cancelledAt === null ? scriptFor(known).notices : [CANCELLED_NOTICE]

const noticeOf = ({ id }: SandboxInstruction, { key, news }: ScriptedNotice): Notice => ({
  instructionId: id,
  key,
  ...news,
})

const dueAt = (notice: ScriptedNotice | undefined, from: Date | null): Date | null =>
  notice === undefined || from === null ? null : new Date(from.getTime() + notice.after_ms)
