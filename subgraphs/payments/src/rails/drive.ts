import type { Clock } from '@carriergraph/shared/clock.ts'
import { outageIn } from '@carriergraph/shared/db/outage.ts'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { momentaryFaultIn } from '@carriergraph/shared/momentary-fault.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import {
  findInstruction,
  findNoticeKeys,
  findOpenInstructions,
  findReturns,
  type HeardNotice,
  insertInstruction,
  insertNotices,
  lockInstructions,
  markLookedAt,
  type TrackedInstruction,
  updateInstructions,
} from '../db/rail-instructions.ts'
import type { FailedNotices } from './failed-notices.ts'
import { type Instruction, instructionHash } from './instruction.ts'
import { interpret, type News, type Notice, noticeName, type ReturnHeard, wasTold } from './notice.ts'
import {
  type Answer,
  CANCEL_REFUSALS,
  type CancelCode,
  type InstructionCode,
  type Rail,
  type RailName,
} from './rail.ts'
import type { InstructionState } from './status.ts'

/** An instruction that has come into another state. */
export type InstructionChange = { readonly before: InstructionState; readonly after: TrackedInstruction }

/** What else belongs to a change, in its transaction: whoever gave the instruction moves on by it. */
export type OnChange = (tx: Tx, change: InstructionChange) => Promise<void>

export type RailDriverOptions = {
  readonly db: TenantDb
  readonly rail: Rail
  readonly clock: Clock
  readonly onChange?: OnChange
  /** Where notices are kept that cannot be taken. Without it, the rail has to tell them again. */
  readonly failed?: Pick<FailedNotices, 'note' | 'retry' | 'without'>
}

/**
 * Stores an instruction before it is sent, in the transaction that decides on it, so that one that was sent is never
 * unknown here. The same one again changes nothing. @returns where it stands
 */
export async function registerInstruction(
  tx: Tx,
  instruction: Instruction,
  rail: RailName,
  now: Date,
): Promise<Outcome<TrackedInstruction, 'INSTRUCTION_DIFFERS'>> {
  const stored = await insertInstruction(tx, instruction, rail, now)
  if (stored.rail === rail && stored.contentHash === instructionHash(instruction)) return ok(stored)
  return refuse('INSTRUCTION_DIFFERS', `Another instruction was registered as ${instruction.id}.`)
}

/** Drives instructions of one tenant over one rail to their end. Any number of processes may do so at once. */
export class RailDriver {
  readonly #options: RailDriverOptions

  constructor(options: RailDriverOptions) {
    this.#options = options
  }

  /**
   * Gives a registered instruction to the rail, or asks about one that had no answer; does nothing about one that the rail
   * has. What does not answer is asked about before it is given again, and then as the same instruction. One that the rail
   * does not carry is rejected.
   * @returns where it stands then @throws what the rail throws: it then stands as UNKNOWN
   */
  async send(id: Id<'ins'>): Promise<TrackedInstruction> {
    let tracked = await this.#existing(id)
    if (tracked.state === 'UNKNOWN') tracked = await this.#inquire(tracked)
    if (tracked.state !== 'REGISTERED') return tracked
    const { rail } = this.#options
    const { instruction, version } = tracked
    const checked = rail.check(instruction)
    if (!checked.ok) {
      await this.#take([{ instructionId: id, key: `refused:${version}`, ...refusalNews(checked) }])
      return this.#existing(id)
    }
    // It may be that it never comes back from there: the next one to look must not take it for unsent.
    await this.#take([{ instructionId: id, key: `submitting:${version}`, kind: 'NO_ANSWER' }])
    const answer = await rail.submit(instruction)
    await this.#take([{ instructionId: id, key: `${answer.outcome}:${version}`, ...answerNews(answer) }])
    return this.#existing(id)
  }

  /**
   * Looks after the instructions that have not ended and were not looked at since `before`: sends what was not sent, and
   * asks about the rest, for what a rail forgets to tell.
   * @returns how many were looked at @throws AggregateError for those that failed, after the others
   */
  async resume(before: Date, limit: number): Promise<number> {
    const { db, rail, clock } = this.#options
    const open = await findOpenInstructions(db, rail.name, before, limit)
    const errors: unknown[] = []
    for (const { id } of open) {
      try {
        await markLookedAt(db, id, clock())
        const { state } = await this.send(id)
        if (state === 'ACCEPTED') await this.#inquire(await this.#existing(id))
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${open.length} instructions failed.`)
    return open.length
  }

  /**
   * Takes an instruction back, where its rail lets it. One of which nobody knows whether the rail has it is not taken back:
   * it may be on its way.
   * @returns where it stands then
   */
  async cancel(id: Id<'ins'>): Promise<Outcome<TrackedInstruction, CancelCode>> {
    const tracked = await this.send(id)
    if (tracked.state === 'CANCELLED') return ok(tracked)
    if (tracked.state !== 'ACCEPTED') return refuse('CANCEL_TOO_LATE', CANCEL_REFUSALS.CANCEL_TOO_LATE)
    const cancelled = await this.#options.rail.cancel(id)
    if (!cancelled.ok) return cancelled
    await this.#take([{ instructionId: id, key: 'taken back', kind: 'STATUS', status: 'CANC', reason: undefined }])
    return ok(await this.#existing(id))
  }

  /**
   * Hears what the rail has to tell. What cannot be taken is set aside. @returns how many notices that were
   * @throws AggregateError for instructions whose news can be neither taken nor set aside at the moment, after the others
   * of the same batch, which the rail tells again
   */
  async collect(): Promise<number> {
    let heard = 0
    for await (const notices of this.#options.rail.notices()) {
      await this.#takeBatch(notices)
      heard += notices.length
    }
    return heard
  }

  /** Tries again what was set aside, where its time has come. @returns how many notices that were */
  async retry(): Promise<number> {
    const { failed, clock } = this.#options
    return (await failed?.retry((tx, notices) => this.#takeWithin(tx, notices), clock())) ?? 0
  }

  async #takeBatch(told: readonly Notice[]): Promise<void> {
    const notices = (await this.#options.failed?.without(told)) ?? told
    if (notices.length === 0) return
    try {
      return await this.#take(notices)
    } catch (error) {
      if (outageIn(error) !== undefined) throw error
    }
    const errors: unknown[] = []
    for (const ofOne of Map.groupBy(notices, ({ instructionId }) => instructionId).values())
      await this.#takeOrSetAside(ofOne).catch((error: unknown) => errors.push(error))
    if (errors.length > 0) throw new AggregateError(errors, `The news of ${errors.length} instructions was not taken.`)
  }

  async #takeOrSetAside(notices: readonly Notice[]): Promise<void> {
    const { failed, clock } = this.#options
    for (const notice of notices)
      try {
        await this.#take([notice])
      } catch (error) {
        if (failed === undefined || momentaryFaultIn(error) !== undefined) throw error
        await failed.note(notice, error, clock())
      }
  }

  async #inquire(tracked: TrackedInstruction): Promise<TrackedInstruction> {
    const { id } = tracked.instruction
    const heard = await this.#options.rail.inquire(id)
    const nothing: Notice = { instructionId: id, key: `never arrived:${tracked.version}`, kind: 'NEVER_ARRIVED' }
    await this.#takeBatch(heard ?? [nothing])
    return this.#existing(id)
  }

  #take(notices: readonly Notice[]): Promise<void> {
    return inTransaction(this.#options.db, (tx) => this.#takeWithin(tx, notices))
  }

  async #takeWithin(tx: Tx, notices: readonly Notice[]): Promise<void> {
    const { clock, onChange } = this.#options
    for (const change of await takeNotices(tx, notices, clock())) await onChange?.(tx, change)
  }

  async #existing(id: Id<'ins'>): Promise<TrackedInstruction> {
    const tracked = await findInstruction(this.#options.db, id)
    if (tracked === undefined) throw new Error(`${id} was not registered.`)
    return tracked
  }
}

/**
 * Stores what was heard, each piece of news once, and moves the instructions on by it. Notices of instructions that are
 * not known here are left out: they are others'.
 * @returns the changes, in their order; each is told once, however often its notice comes
 */
export async function takeNotices(tx: Tx, notices: readonly Notice[], now: Date): Promise<InstructionChange[]> {
  const ids = notices.map(({ instructionId }) => instructionId)
  const tracked = new Map(await lockInstructions(tx, ids))
  // Their rows are held, so nobody stores one of them meanwhile.
  const known = await findNoticeKeys(tx, notices)
  const returns = await returnsOf(tx, notices)
  const heard: HeardNotice[] = []
  const changes: InstructionChange[] = []
  const changed = new Set<Id<'ins'>>()
  for (const notice of notices) {
    const before = tracked.get(notice.instructionId)
    const name = JSON.stringify(noticeName(notice))
    if (before === undefined || known.has(name)) continue
    known.add(name)
    const { effect, stages } = moved(before, notice, returns(notice))
    const after = stages.at(-1) ?? before
    heard.push({ notice, effect, state: after.state })
    tracked.set(notice.instructionId, after)
    if (effect !== 'NOTHING_NEW') changed.add(notice.instructionId)
    if (effect === 'CHANGED')
      for (const [index, stage] of stages.entries())
        changes.push({ before: (stages[index - 1] ?? before).state, after: stage })
  }
  await insertNotices(tx, heard, now)
  const toStore = [...changed].flatMap((id) => tracked.get(id) ?? [])
  await updateInstructions(tx, toStore, now)
  return changes
}

/** Those that were heard of the instruction of a notice; one that is new is added to them. */
type ReturnsOf = (notice: Notice) => ReturnHeard[]

async function returnsOf(tx: Tx, notices: readonly Notice[]): Promise<ReturnsOf> {
  const ids = notices.flatMap(({ kind, instructionId }) => (kind === 'RETURN' ? [instructionId] : []))
  const heard = new Map(ids.map((id): [Id<'ins'>, ReturnHeard[]] => [id, []]))
  for (const { instructionId, ...told } of await findReturns(tx, [...heard.keys()]))
    heard.get(instructionId)?.push(told)
  return ({ instructionId }) => heard.get(instructionId) ?? []
}

/** The instruction after a notice, state by state. */
function moved(before: TrackedInstruction, notice: Notice, returns: ReturnHeard[]): Moved {
  const { effect, states } = { states: [], ...interpret(before.state, notice) }
  const contradiction: Moved = {
    effect: 'CONTRADICTION',
    stages: [{ ...before, contradictions: before.contradictions + 1 }],
  }
  if (effect === 'CONTRADICTION') return contradiction
  let back = before.returned
  if (effect === 'CHANGED' && notice.kind === 'RETURN') {
    if (wasTold(notice, returns)) {
      returns.push({ ...notice, isCounted: false })
      return { effect: 'NOTHING_NEW', stages: [] }
    }
    const { amount } = before.instruction
    back = money((before.returned?.minor ?? 0n) + notice.amount.minor, amount.currency)
    // Parts cannot be more than the whole: which of them is none, the bank alone knows.
    if (before.returned !== undefined && back.minor > amount.minor) return contradiction
    returns.push({ ...notice, isCounted: true })
  }
  const stages = states.map((state, index): TrackedInstruction => {
    const returned = state === 'RETURNED' ? back : before.returned
    const reason = index === states.length - 1 && 'reason' in notice ? notice.reason : undefined
    return { ...before, state, reason, returned, version: before.version + index + 1 }
  })
  return { effect, stages }
}

type Moved = Pick<HeardNotice, 'effect'> & { readonly stages: readonly TrackedInstruction[] }

function answerNews(answer: Answer): News {
  switch (answer.outcome) {
    case 'ACCEPTED':
      return { kind: 'STATUS', status: answer.status, reason: undefined }
    case 'DECLINED':
      return { kind: 'STATUS', status: 'RJCT', reason: answer.reason }
    case 'UNKNOWN':
      return { kind: 'NO_ANSWER' }
  }
}

/** Nothing was sent, and nothing will be: to whoever gave it, it is as if a bank had rejected it, with our reason. */
const refusalNews = ({ code, message }: Refused<InstructionCode>): News => ({
  kind: 'STATUS',
  status: 'RJCT',
  reason: { code, text: message },
})
