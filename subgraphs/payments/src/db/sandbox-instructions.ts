import type { Db, TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { and, asc, eq, isNull, lte } from 'drizzle-orm'
import { type SandboxInstructionRow, sandboxInstruction } from './tables/sandbox-instruction.ts'

export type SandboxInstruction = Omit<SandboxInstructionRow, 'tenantId'>

/** Stores one that was not known; of two at once, the first stays. */
export async function insertSandboxInstruction(db: Db, instruction: SandboxInstruction): Promise<void> {
  await db.insert(sandboxInstruction).values(instruction).onConflictDoNothing()
}

export async function findSandboxInstruction(db: Db, id: Id<'ins'>): Promise<SandboxInstruction | undefined> {
  const [row] = await db.select().from(sandboxInstruction).where(eq(sandboxInstruction.id, id))
  return row
}

/** A request with it has arrived; the first to do so counts. */
export async function markArrived(db: Db, id: Id<'ins'>, arrivedAt: Date, nextNoticeAt: Date | null): Promise<void> {
  await db
    .update(sandboxInstruction)
    .set({ arrivedAt, nextNoticeAt })
    .where(and(eq(sandboxInstruction.id, id), isNull(sandboxInstruction.arrivedAt)))
}

/** False where somebody has cancelled it before. */
export async function markCancelled(db: Db, id: Id<'ins'>, cancelledAt: Date): Promise<boolean> {
  const rows = await db
    .update(sandboxInstruction)
    .set({ cancelledAt, told: 0, nextNoticeAt: cancelledAt })
    .where(and(eq(sandboxInstruction.id, id), isNull(sandboxInstruction.cancelledAt)))
    .returning({ id: sandboxInstruction.id })
  return rows.length === 1
}

/** Those that have something to tell, who has waited longest first. */
export const findDueSandboxInstructions = (db: TenantDb, now: Date, limit: number): Promise<SandboxInstruction[]> =>
  db
    .select()
    .from(sandboxInstruction)
    .where(lte(sandboxInstruction.nextNoticeAt, now))
    .orderBy(asc(sandboxInstruction.nextNoticeAt), asc(sandboxInstruction.id))
    .limit(limit)

/** One more of its notices was heard, if nobody else has counted that. */
export async function markTold(db: Db, { id, told }: SandboxInstruction, nextNoticeAt: Date | null): Promise<void> {
  await db
    .update(sandboxInstruction)
    .set({ told: told + 1, nextNoticeAt })
    .where(and(eq(sandboxInstruction.id, id), eq(sandboxInstruction.told, told)))
}
