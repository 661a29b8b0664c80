import type { Db, TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { type Money, money } from '@carriergraph/shared/money/money.ts'
import { and, asc, eq, inArray, lt, ne, sql } from 'drizzle-orm'
import { type Instruction, instructionHash } from '../rails/instruction.ts'
import { type Interpretation, type Notice, noticeName, type ReturnHeard } from '../rails/notice.ts'
import type { RailName } from '../rails/rail.ts'
import type { InstructionState, StatusReason } from '../rails/status.ts'
import { type RailInstructionRow, railInstruction } from './tables/rail-instruction.ts'
import { railNotice } from './tables/rail-notice.ts'

/** An instruction with where it stands. */
export type TrackedInstruction = {
  readonly instruction: Instruction
  readonly rail: RailName
  readonly contentHash: string
  readonly state: InstructionState
  readonly reason: StatusReason | undefined
  /** Counts its changes. */
  readonly version: number
  /** What came back of it, where it was returned. */
  readonly returned: Money | undefined
  readonly contradictions: number
}

/** Stores one that is new; under a known id nothing changes. Either way, what is stored. */
export async function insertInstruction(
  tx: Tx,
  instruction: Instruction,
  rail: RailName,
  now: Date,
): Promise<TrackedInstruction> {
  const { id, direction, amount, debtor, creditor, reference, remittance, onBehalfOf, executionDate, fateKey } =
    instruction
  await tx
    .insert(railInstruction)
    .values({
      id,
      rail,
      direction,
      reference,
      contentHash: instructionHash(instruction),
      amountMinor: amount.minor,
      currency: amount.currency,
      debtorName: debtor.name,
      debtorAccount: debtor.account,
      debtorAgent: debtor.agent,
      creditorName: creditor.name,
      creditorAccount: creditor.account,
      creditorAgent: creditor.agent,
      remittance,
      onBehalfOf,
      executionDate,
      fateKey,
      state: 'REGISTERED',
      version: 1,
      registeredAt: now,
      changedAt: now,
      lookedAt: now,
    })
    .onConflictDoNothing()
  const stored = await findInstruction(tx, id)
  if (stored === undefined) throw new Error(`${id} was not stored.`)
  return stored
}

export async function findInstruction(db: Db, id: Id<'ins'>): Promise<TrackedInstruction | undefined> {
  const [row] = await db.select().from(railInstruction).where(eq(railInstruction.id, id))
  return row && toTracked(row)
}

/** Those of the ids that are known. */
export async function findInstructions(
  db: Db,
  ids: readonly Id<'ins'>[],
): Promise<ReadonlyMap<Id<'ins'>, TrackedInstruction>> {
  const rows = await db
    .select()
    .from(railInstruction)
    .where(inArray(railInstruction.id, [...new Set(ids)]))
  return new Map(rows.map((row) => [row.id, toTracked(row)]))
}

/** Those of the ids that are known, held until the transaction ends; in id order, so that two callers do not deadlock. */
export async function lockInstructions(
  tx: Tx,
  ids: readonly Id<'ins'>[],
): Promise<ReadonlyMap<Id<'ins'>, TrackedInstruction>> {
  const rows = await tx
    .select()
    .from(railInstruction)
    .where(inArray(railInstruction.id, [...new Set(ids)]))
    .orderBy(asc(railInstruction.id))
    .for('no key update')
  return new Map(rows.map((row) => [row.id, toTracked(row)]))
}

/** Those of a rail that have not ended and were not looked at since `before`, the eldest first. */
export const findOpenInstructions = (
  db: TenantDb,
  rail: RailName,
  before: Date,
  limit: number,
): Promise<{ id: Id<'ins'> }[]> =>
  db
    .select({ id: railInstruction.id })
    .from(railInstruction)
    .where(
      and(
        eq(railInstruction.rail, rail),
        sql`${railInstruction.state} in ('REGISTERED', 'UNKNOWN', 'ACCEPTED')`,
        lt(railInstruction.lookedAt, before),
      ),
    )
    .orderBy(asc(railInstruction.lookedAt))
    .limit(limit)

/** It is looked at now: others come first the next time, whatever comes of it. */
export async function markLookedAt(db: Db, id: Id<'ins'>, now: Date): Promise<void> {
  await db.update(railInstruction).set({ lookedAt: now }).where(eq(railInstruction.id, id))
}

/** What was heard of these instructions under these keys, by `noticeName` in JSON. */
export async function findNoticeKeys(tx: Tx, notices: readonly Notice[]): Promise<Set<string>> {
  const rows = await tx
    .select({ instructionId: railNotice.instructionId, key: railNotice.key, toldIn: railNotice.toldIn })
    .from(railNotice)
    .where(
      sql`(${railNotice.instructionId}, ${railNotice.key}) in (select * from ${unnested(
        { type: 'uuid', values: notices.map(({ instructionId }) => toUuid(instructionId)) },
        { type: 'text', values: notices.map(({ key }) => key) },
      )})`,
    )
  return new Set(rows.map(({ toldIn, ...row }) => JSON.stringify(noticeName({ ...row, toldIn: toldIn ?? undefined }))))
}

/** The returns of these instructions that were heard; without those that contradict, which are for a person. */
export async function findReturns(
  tx: Tx,
  ids: readonly Id<'ins'>[],
): Promise<(ReturnHeard & { readonly instructionId: Id<'ins'> })[]> {
  if (ids.length === 0) return []
  const rows = await tx
    .select({
      instructionId: railNotice.instructionId,
      minor: railNotice.returnedMinor,
      currency: railInstruction.currency,
      reference: railNotice.returnReference,
      entryReference: railNotice.entryReference,
      bookedOn: railNotice.bookedOn,
      toldIn: railNotice.toldIn,
      effect: railNotice.effect,
    })
    .from(railNotice)
    .innerJoin(railInstruction, eq(railInstruction.id, railNotice.instructionId))
    .where(
      and(
        inArray(railNotice.instructionId, [...ids]),
        eq(railNotice.kind, 'RETURN'),
        ne(railNotice.effect, 'CONTRADICTION'),
      ),
    )
  return rows.map(({ instructionId, minor, currency, reference, entryReference, bookedOn, toldIn, effect }) => ({
    instructionId,
    amount: money(minor ?? 0n, currency),
    reference: reference ?? undefined,
    entryReference: entryReference ?? undefined,
    bookedOn: bookedOn ?? undefined,
    toldIn: toldIn ?? undefined,
    isCounted: effect === 'CHANGED',
  }))
}

/** A notice with what it did. */
export type HeardNotice = {
  readonly notice: Notice
  readonly effect: Interpretation['effect']
  readonly state: InstructionState
}

export async function insertNotices(tx: Tx, heard: readonly HeardNotice[], now: Date): Promise<void> {
  if (heard.length === 0) return
  await tx.insert(railNotice).values(
    heard.map(({ notice, effect, state }) => {
      const reason = 'reason' in notice ? notice.reason : undefined
      return {
        instructionId: notice.instructionId,
        key: notice.key,
        kind: notice.kind,
        status: notice.kind === 'STATUS' ? notice.status : null,
        reasonCode: reason?.code,
        reasonText: reason?.text,
        returnedMinor: notice.kind === 'RETURN' ? notice.amount.minor : null,
        returnReference: notice.kind === 'RETURN' ? notice.reference : null,
        entryReference: notice.kind === 'RETURN' ? notice.entryReference : null,
        bookedOn: notice.kind === 'RETURN' ? notice.bookedOn : null,
        toldIn: notice.kind === 'RETURN' ? notice.toldIn : null,
        effect,
        state,
        heardAt: now,
      }
    }),
  )
}

/** Stores where instructions stand, whose rows the caller holds. */
export async function updateInstructions(tx: Tx, moved: readonly TrackedInstruction[], now: Date): Promise<void> {
  if (moved.length === 0) return
  const rows = unnested(
    { type: 'uuid', values: moved.map(({ instruction }) => toUuid(instruction.id)) },
    { type: 'text', values: moved.map(({ state }) => state) },
    { type: 'text', values: moved.map(({ reason }) => reason?.code ?? null) },
    { type: 'text', values: moved.map(({ reason }) => reason?.text ?? null) },
    { type: 'int', values: moved.map(({ version }) => String(version)) },
    { type: 'bigint', values: moved.map(({ returned }) => returned?.minor.toString() ?? null) },
    { type: 'int', values: moved.map(({ contradictions }) => String(contradictions)) },
  )
  await tx.execute(sql`
    update ${railInstruction} set state = x.state, reason_code = x.code, reason_text = x.text, version = x.version,
      returned_minor = x.returned, contradictions = x.contradictions, changed_at = ${now.toISOString()}
    from ${rows} x (id, state, code, text, version, returned, contradictions)
    where ${railInstruction.id} = x.id and ${railInstruction.tenantId} = current_setting('app.tenant')`)
}

/** What an instruction itself says. */
export const instructionColumns = {
  id: railInstruction.id,
  direction: railInstruction.direction,
  reference: railInstruction.reference,
  amountMinor: railInstruction.amountMinor,
  currency: railInstruction.currency,
  debtorName: railInstruction.debtorName,
  debtorAccount: railInstruction.debtorAccount,
  debtorAgent: railInstruction.debtorAgent,
  creditorName: railInstruction.creditorName,
  creditorAccount: railInstruction.creditorAccount,
  creditorAgent: railInstruction.creditorAgent,
  remittance: railInstruction.remittance,
  onBehalfOf: railInstruction.onBehalfOf,
  executionDate: railInstruction.executionDate,
  fateKey: railInstruction.fateKey,
}

export const toInstruction = (row: Pick<RailInstructionRow, keyof typeof instructionColumns>): Instruction => ({
  id: row.id,
  direction: row.direction,
  reference: row.reference,
  amount: money(row.amountMinor, row.currency),
  debtor: party(row.debtorName, row.debtorAccount, row.debtorAgent),
  creditor: party(row.creditorName, row.creditorAccount, row.creditorAgent),
  remittance: row.remittance ?? undefined,
  onBehalfOf: row.onBehalfOf ?? undefined,
  executionDate: row.executionDate,
  fateKey: row.fateKey ?? undefined,
})

const toTracked = (row: RailInstructionRow): TrackedInstruction => ({
  instruction: toInstruction(row),
  rail: row.rail,
  contentHash: row.contentHash,
  state: row.state,
  reason: row.reasonCode === null ? undefined : { code: row.reasonCode, text: row.reasonText ?? undefined },
  version: row.version,
  returned: row.returnedMinor === null ? undefined : money(row.returnedMinor, row.currency),
  contradictions: row.contradictions,
})

const party = (name: string, account: string | null, agent: string | null) => ({
  name,
  account: account ?? undefined,
  agent: agent ?? undefined,
})
