import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { type Id, isId } from '@carriergraph/shared/ids.ts'
import { findSent } from '../../db/rail-files.ts'
import { findInstructions } from '../../db/rail-instructions.ts'
import { readStatement, type StatementFile, type StatementSource } from '../../statements/read-statement.ts'
import type { Position, StatementLine } from '../../statements/statement.ts'
import { type Notice, numbered } from '../notice.ts'
import { NOTICES_MAX } from '../rail.ts'
import { readMessage } from './read-message.ts'
import { instructionOfLine, noticeOfLine } from './statement-notices.ts'
import { noticesOf, type StatusReport } from './status-report.ts'

/** What a file of a bank says about instructions, batch by batch; or why it is refused. */
export type BankFileNews =
  | { readonly ok: true; readonly notices: AsyncGenerator<readonly Notice[]> }
  | { readonly ok: false; readonly reason: string }

/**
 * Reads pain.002, camt.053 or camt.054, which are told by how they begin. A file is sound to its end before anything of it
 * is handed on.
 * @throws what the source and the database throw
 */
export async function readBankFile(source: StatementSource, db: TenantDb): Promise<BankFileNews> {
  const report = await readMessage(source)
  if (report.ok) {
    if (report.value.kind === 'STATUS_REPORT') return { ok: true, notices: reportNotices(report.value.content, db) }
    return { ok: false, reason: `${report.value.message} is no message that a bank sends.` }
  }
  // Statements are read by their own reader, which says what is wrong with them as such.
  if (report.code !== 'MESSAGE_UNKNOWN') return refused(report)
  const statement = await readStatement(source)
  if (statement.ok) return { ok: true, notices: lineNotices(statement.value, db) }
  return refused(statement.code === 'MESSAGE_UNKNOWN' ? report : statement)
}

type Refusal = { readonly code: string; readonly message: string; readonly position: Position | undefined }

function refused({ code, message, position }: Refusal): BankFileNews {
  const place = position === undefined ? '' : ` at line ${position.line}${position.path ? ` (${position.path})` : ''}`
  return { ok: false, reason: `${code}${place}: ${message}` }
}

async function* reportNotices(report: StatusReport, db: TenantDb): AsyncGenerator<readonly Notice[]> {
  const fileId = fileIdOf(report.originalMessageId)
  // Of a message that others sent.
  if (fileId === undefined) return
  const { notices } = noticesOf(report, await findSent(db, fileId))
  for (let at = 0; at < notices.length; at += NOTICES_MAX) yield notices.slice(at, at + NOTICES_MAX)
}

function fileIdOf(messageId: string): Id<'rfl'> | undefined {
  const id = messageId.toLowerCase().replace('-', '_')
  return isId('rfl', id) ? id : undefined
}

async function* lineNotices(file: StatementFile, db: TenantDb): AsyncGenerator<readonly Notice[]> {
  const placed = placesOf(file)
  let batch: { readonly line: StatementLine; readonly id: Id<'ins'> }[] = []
  async function notices(): Promise<Notice[]> {
    const known = await findInstructions(
      db,
      batch.map(({ id }) => id),
    )
    return batch.flatMap(({ line, id }) => {
      const tracked = known.get(id)
      const notice = tracked && noticeOfLine(line, tracked.instruction)
      return notice === undefined ? [] : placed(notice, line)
    })
  }
  for await (const line of file.read()) {
    const id = instructionOfLine(line)
    if (id !== undefined) batch.push({ line, id })
    if (batch.length < NOTICES_MAX) continue
    yield await notices()
    batch = []
  }
  if (batch.length > 0) yield await notices()
}

/**
 * Says of returns which statement of which file tells them, and gives each of those alike of one entry a key of its own, and
 * a reference: what an entry is made of adds up to it, so they are as many as it tells, and the bank's reference is of the entry.
 * The file counts and not the statement's id: the same statement once more, put right, may have its entries at other places.
 */
function placesOf({ digest }: StatementFile) {
  const seen = new Map<string, number>()
  return (notice: Notice, { statementId }: StatementLine): Notice => {
    if (notice.kind !== 'RETURN') return notice
    const name = `${notice.instructionId} ${notice.key}`
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    const key = times === 1 ? notice.key : `${notice.key} ${times}`
    const reference = notice.reference && numbered(notice.reference, times)
    return { ...notice, key, reference, toldIn: JSON.stringify([digest, statementId]) }
  }
}
