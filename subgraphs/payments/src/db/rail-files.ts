import type { Db, TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, asc, eq, inArray, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm'
import type { Instruction } from '../rails/instruction.ts'
import type { SentInstruction } from '../rails/iso20022/status-report.ts'
import { instructionColumns, toInstruction } from './rail-instructions.ts'
import { type RailFileRow, railFile } from './tables/rail-file.ts'
import { railFileEntry } from './tables/rail-file-entry.ts'
import { railInstruction } from './tables/rail-instruction.ts'

/** A file of the manifest. */
export type RailFile = Omit<RailFileRow, 'tenantId'>

export type RailFileEntry = Omit<typeof railFileEntry.$inferSelect, 'tenantId'>

/** Puts an instruction into the queue; one that is there stays as it is. Either way, what is there. */
export async function insertEntry(db: Db, id: Id<'ins'>, contentHash: string, queuedAt: Date): Promise<RailFileEntry> {
  await db.insert(railFileEntry).values({ instructionId: id, contentHash, queuedAt }).onConflictDoNothing()
  const entry = await findEntry(db, id)
  if (entry === undefined) throw new Error(`${id} was not queued.`)
  return entry
}

export async function findEntry(db: Db, id: Id<'ins'>): Promise<RailFileEntry | undefined> {
  const [row] = await db.select().from(railFileEntry).where(eq(railFileEntry.instructionId, id))
  return row
}

/** False where it is in a file, or was cancelled before. */
export async function cancelEntry(db: Db, id: Id<'ins'>, cancelledAt: Date): Promise<boolean> {
  const rows = await db
    .update(railFileEntry)
    .set({ cancelledAt })
    .where(and(eq(railFileEntry.instructionId, id), isNull(railFileEntry.fileId), isNull(railFileEntry.cancelledAt)))
    .returning({ id: railFileEntry.instructionId })
  return rows.length === 1
}

/** Taken out of the queue, and not told. */
export const findUntoldEntries = (db: TenantDb, limit: number): Promise<RailFileEntry[]> =>
  db
    .select()
    .from(railFileEntry)
    .where(and(isNotNull(railFileEntry.cancelledAt), eq(railFileEntry.told, false)))
    .limit(limit)

export async function markEntriesTold(db: Db, ids: readonly Id<'ins'>[]): Promise<void> {
  await db
    .update(railFileEntry)
    .set({ told: true })
    .where(inArray(railFileEntry.instructionId, [...ids]))
}

/** An instruction that waits for a file. */
export type Waiting = { readonly instruction: Instruction; readonly queuedAt: Date }

/**
 * Those that wait behind `last`, who waited longest first; held, and left out where another process holds them. What has ended,
 * whatever told that, is not to be sent.
 */
export async function takeWaiting(tx: Tx, last: Waiting | undefined, limit: number): Promise<Waiting[]> {
  const { fileId, cancelledAt, queuedAt, instructionId } = railFileEntry
  const place = last && sql`(${last.queuedAt.toISOString()}::timestamptz, ${toUuid(last.instruction.id)}::uuid)`
  const rows = await tx
    .select({ ...instructionColumns, queuedAt })
    .from(railFileEntry)
    .innerJoin(railInstruction, eq(railInstruction.id, instructionId))
    .where(
      and(
        isNull(fileId),
        isNull(cancelledAt),
        sql`${railInstruction.state} in ('REGISTERED', 'UNKNOWN', 'ACCEPTED')`,
        place && sql`(${queuedAt}, ${instructionId}) > ${place}`,
      ),
    )
    .orderBy(asc(queuedAt), asc(instructionId))
    .limit(limit)
    .for('update', { of: railFileEntry, skipLocked: true })
  return rows.map((row) => ({ instruction: toInstruction(row), queuedAt: row.queuedAt }))
}

/** Takes out of the queue what the caller holds there, and says why. */
export async function refuseEntries(
  tx: Tx,
  refused: readonly { readonly id: Id<'ins'>; readonly code: string; readonly text: string }[],
  refusedAt: Date,
): Promise<void> {
  if (refused.length === 0) return
  const rows = unnested(
    { type: 'uuid', values: refused.map(({ id }) => toUuid(id)) },
    { type: 'text', values: refused.map(({ code }) => code) },
    { type: 'text', values: refused.map(({ text }) => text) },
  )
  await tx.execute(sql`
    update ${railFileEntry}
    set cancelled_at = ${refusedAt.toISOString()}::timestamptz, reason_code = x.code, reason_text = x.text
    from ${rows} x (id, code, text)
    where ${railFileEntry.instructionId} = x.id and ${railFileEntry.tenantId} = current_setting('app.tenant')`)
}

/** A new file and what is in it. */
export async function insertFile(tx: Tx, file: RailFile, entries: readonly SentInstruction[]): Promise<void> {
  await tx.insert(railFile).values(file)
  const rows = unnested(
    { type: 'uuid', values: entries.map(({ instructionId }) => toUuid(instructionId)) },
    { type: 'text', values: entries.map(({ paymentInformationId }) => paymentInformationId) },
  )
  await tx.execute(sql`
    update ${railFileEntry} set file_id = ${toUuid(file.id)}, payment_information_id = x.place
    from ${rows} x (id, place)
    where ${railFileEntry.instructionId} = x.id and ${railFileEntry.tenantId} = current_setting('app.tenant')`)
}

export const findUnsentFiles = (db: TenantDb): Promise<{ id: Id<'rfl'> }[]> =>
  db.select({ id: railFile.id }).from(railFile).where(ne(railFile.state, 'SENT')).orderBy(asc(railFile.id))

/** A file that is to be sent, held; undefined where another process holds it or has sent it. */
export async function takeFile(tx: Tx, id: Id<'rfl'>): Promise<RailFile | undefined> {
  const [row] = await tx
    .select()
    .from(railFile)
    .where(and(eq(railFile.id, id), ne(railFile.state, 'SENT')))
    .for('update', { skipLocked: true })
  return row
}

export async function findFileInstructions(db: Db, id: Id<'rfl'>): Promise<Instruction[]> {
  const rows = await db
    .select(instructionColumns)
    .from(railFileEntry)
    .innerJoin(railInstruction, eq(railInstruction.id, railFileEntry.instructionId))
    .where(eq(railFileEntry.fileId, id))
  return rows.map(toInstruction)
}

export async function markStaged(tx: Tx, id: Id<'rfl'>, digest: string): Promise<void> {
  await tx.update(railFile).set({ state: 'STAGED', digest }).where(eq(railFile.id, id))
}

export async function markSent(tx: Tx, id: Id<'rfl'>, sentAt: Date): Promise<void> {
  await tx.update(railFile).set({ state: 'SENT', sentAt }).where(eq(railFile.id, id))
}

/** Takes back a file that the caller holds and nobody has made: what is in it waits again. */
export async function giveUpFile(tx: Tx, id: Id<'rfl'>): Promise<void> {
  await tx.update(railFileEntry).set({ fileId: null, paymentInformationId: null }).where(eq(railFileEntry.fileId, id))
  await tx.delete(railFile).where(and(eq(railFile.id, id), eq(railFile.state, 'PREPARED')))
}

/** What is in a file. */
export const findSent = (db: Db, id: Id<'rfl'>): Promise<SentInstruction[]> =>
  findPlaced(db, eq(railFileEntry.fileId, id))

/** What is in any of the files, and those of the instructions that are in one. */
export function findSentIn(
  db: Db,
  files: readonly Id<'rfl'>[],
  instructions: readonly Id<'ins'>[],
): Promise<SentInstruction[]> {
  const { fileId, instructionId } = railFileEntry
  const isNamed = sql`${instructionId} = any(${sql.param(instructions.map(toUuid))}::text[]::uuid[])`
  const isInFile = sql`${fileId} = any(${sql.param(files.map(toUuid))}::text[]::uuid[])`
  return findPlaced(db, or(isInFile, and(isNamed, isNotNull(fileId))))
}

async function findPlaced(db: Db, which: SQL | undefined): Promise<SentInstruction[]> {
  const rows = await db
    .select({ instructionId: railFileEntry.instructionId, place: railFileEntry.paymentInformationId })
    .from(railFileEntry)
    .where(which)
    .orderBy(asc(railFileEntry.instructionId))
  return rows.map(({ instructionId, place }) => ({ instructionId, paymentInformationId: place ?? '' }))
}
