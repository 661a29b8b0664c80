import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { type Id, isId } from '@carriergraph/shared/ids.ts'
import { findSent, findSentIn } from '../../db/rail-files.ts'
import { findInstructions } from '../../db/rail-instructions.ts'
import { shown } from '../../statements/amounts.ts'
import { readStatement, type StatementFile, type StatementSource } from '../../statements/read-statement.ts'
import type { Position, StatementLine } from '../../statements/statement.ts'
import { type Notice, numbered } from '../notice.ts'
import { NOTICES_MAX } from '../rail.ts'
import { readMessage } from './read-message.ts'
import { instructionsOfLine, noticeOfLine, noticesOfBatch } from './statement-notices.ts'
import { type Notices, noticesOf, noticesOfStray, type SentInstruction, type StatusReport } from './status-report.ts'

/** What a file of a bank says about instructions, batch by batch; and why it is refused, or what of it nobody knows. */
export type BankFileNews = {
  readonly notices: AsyncIterable<readonly Notice[]> | Iterable<readonly Notice[]>
  /** Undefined where all of it is taken. */
  readonly refusal: string | undefined
}

/**
 * Reads pain.002, camt.053 or camt.054, which are told by how they begin. A file is sound to its end before anything of it
 * is handed on.
 * @throws what the source and the database throw
 */
export async function readBankFile(source: StatementSource, db: TenantDb): Promise<BankFileNews> {
  const report = await readMessage(source)
  if (report.ok) {
    if (report.value.kind === 'STATUS_REPORT') return reportNews(report.value.content, db)
    return { notices: [], refusal: `${report.value.message} is no message that a bank sends.` }
  }
  // Statements are read by their own reader, which says what is wrong with them as such.
  if (report.code !== 'MESSAGE_UNKNOWN') return refused(report)
  const statement = await readStatement(source)
  if (statement.ok) return { notices: lineNotices(statement.value, db), refusal: undefined }
  return refused(statement.code === 'MESSAGE_UNKNOWN' ? report : statement)
}

type Refusal = { readonly code: string; readonly message: string; readonly position: Position | undefined }

function refused({ code, message, position }: Refusal): BankFileNews {
  const place = position === undefined ? '' : ` at line ${position.line}${position.path ? ` (${position.path})` : ''}`
  return { notices: [], refusal: `${code}${place}: ${message}` }
}

async function reportNews(report: StatusReport, db: TenantDb): Promise<BankFileNews> {
  const original = shown(report.originalMessageId)
  const fileId = fileIdOf(report.originalMessageId)
  const sent = fileId === undefined ? [] : await findSent(db, fileId)
  if (sent.length > 0) return newsOf(noticesOf(report, sent), `${original} has no`)
  const strays = await findStrays(report, db)
  // Of a message that others sent.
  if (strays.length === 0) return { notices: [], refusal: undefined }
  return newsOf(noticesOfStray(report, strays), `${original} is no message of ours: nobody knows what is meant by`)
}

/** What went out of what a report names, under whichever message: a batch, or an instruction itself. */
function findStrays({ batches, transactions }: StatusReport, db: TenantDb): Promise<SentInstruction[]> {
  const places = new Set([...batches.keys(), ...transactions.map(({ paymentInformationId }) => paymentInformationId)])
  const files = [...places].flatMap((place) => fileIdOf(place.trim().replace(/-\d+$/, '')) ?? [])
  const named = transactions.flatMap(({ instructionId }) => instructionId ?? [])
  return findSentIn(db, [...new Set(files)], named)
}

const newsOf = ({ notices, passedOver }: Notices, inVain: string): BankFileNews => ({
  notices: inPieces(notices),
  refusal:
    passedOver.length === 0 ? undefined : `${inVain} ${listed(passedOver)}. What the report says of others was taken.`,
})

/** As many are named as a person looks at. */
const PASSED_OVER_MAX = 10

function listed(passedOver: readonly string[]): string {
  const names = passedOver.slice(0, PASSED_OVER_MAX).join(', ')
  return passedOver.length > PASSED_OVER_MAX ? `${names}, and ${passedOver.length - PASSED_OVER_MAX} more` : names
}

function fileIdOf(messageId: string): Id<'rfl'> | undefined {
  const id = messageId.trim().toLowerCase().replace('-', '_')
  return isId('rfl', id) ? id : undefined
}

async function* lineNotices(file: StatementFile, db: TenantDb): AsyncGenerator<readonly Notice[]> {
  const placed = placesOf(file)
  let named: Named[] = []
  let count = 0
  for await (const line of file.read()) {
    const ids = instructionsOfLine(line)
    if (ids.length === 0) continue
    named.push({ line, ids })
    count += ids.length
    if (count < NOTICES_MAX) continue
    yield* inPieces(await noticesOfLines(named, db, placed))
    named = []
    count = 0
  }
  if (named.length > 0) yield* inPieces(await noticesOfLines(named, db, placed))
}

/** A line with the instructions that it names. */
type Named = { readonly line: StatementLine; readonly ids: readonly Id<'ins'>[] }

async function noticesOfLines(named: readonly Named[], db: TenantDb, placed: Placed): Promise<Notice[]> {
  const known = await findInstructions(
    db,
    named.flatMap(({ ids }) => ids),
  )
  return named.flatMap(({ line, ids }) => {
    const tracked = ids.flatMap((id) => known.get(id) ?? [])
    const [first, second] = tracked
    if (first === undefined || tracked.length < ids.length) return []
    if (second !== undefined) {
      const isOfRail = tracked.every(({ rail }) => rail === 'iso20022')
      const instructions = tracked.map(({ instruction }) => instruction)
      return isOfRail ? noticesOfBatch(line, instructions) : []
    }
    const notice = noticeOfLine(line, first.instruction)
    return notice === undefined ? [] : [placed(notice, line)]
  })
}

function* inPieces(notices: readonly Notice[]): Generator<readonly Notice[]> {
  for (let at = 0; at < notices.length; at += NOTICES_MAX) yield notices.slice(at, at + NOTICES_MAX)
}

type Placed = (notice: Notice, line: StatementLine) => Notice

/**
 * Says of returns which statement of which file tells them, and gives each of those alike of one entry a key of its own, and
 * a reference: what an entry is made of adds up to it, so they are as many as it tells, and the bank's reference is of the entry.
 * The file counts and not the statement's id: the same statement once more, put right, may have its entries at other places.
 */
function placesOf({ digest }: StatementFile): Placed {
  const seen = new Map<string, number>()
  return (notice, { statementId }) => {
    if (notice.kind !== 'RETURN') return notice
    const name = `${notice.instructionId} ${notice.key}`
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    const key = times === 1 ? notice.key : `${notice.key} ${times}`
    const reference = notice.reference && numbered(notice.reference, times)
    return { ...notice, key, reference, toldIn: JSON.stringify([digest, statementId]) }
  }
}
