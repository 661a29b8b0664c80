import { createHash, type Hash } from 'node:crypto'
import { addDays, dayOf } from '@carriergraph/shared/day.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { eventOf } from '../../events.ts'
import { chargesApart } from '../../statements/charges-apart.ts'
import type { StatementFile } from '../../statements/read-statement.ts'
import type { StatementLine, StatementSummary } from '../../statements/statement.ts'
import { accountKey } from '../counterparty-account.ts'
import {
  beginImport,
  discardUnfinishedImports,
  findStatements,
  finishImport,
  identityOf,
  insertStatementLines,
  isFileImported,
  type NewStatement,
  type StatementIdentity,
} from '../db/statement-imports.ts'
import { ImportFault } from './fault.ts'
import { mentionsOf, type StoredLine, storedLine } from './stored-line.ts'

/** Lines of one insert: larger ones are no faster. */
export const IMPORT_BATCH = 1_000

export type Imported = {
  /** Of the statements that were new; of a file that was imported before, none. */
  readonly statements: number
  readonly lines: number
  /** Statements that were there already, and were left alone. */
  readonly knownStatements: number
}

export type ImportOptions = {
  readonly provenance: Provenance
  /** Called behind each batch, with the number of lines that were read. */
  readonly onProgress?: ((lines: number) => void) | undefined
  /** Aborted when the import shall end: nothing of it then stays. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Stores the lines of a file that holds, all or none. They are stored in batches and seen when the last one is: a process
 * that is killed before leaves what nobody sees and the next import removes. The same file, and a statement that was in
 * another one, is not stored again. One import at a time for each tenant: the caller holds the lease.
 * @throws ImportFault STATEMENT_CHANGED, BOOKED_AHEAD, INTERRUPTED; StatementFault FILE_CHANGED; the database's error
 */
export async function importStatement(
  db: TenantDb,
  file: StatementFile,
  { provenance, onProgress, signal }: ImportOptions,
): Promise<Imported> {
  const { now } = provenance
  const identities = file.statements.map((summary) => identityOf(summary, file.format === 'camt.054'))
  const digest = digestOf(file, identities)
  if (await isFileImported(db, digest)) return { statements: 0, lines: 0, knownStatements: file.statements.length }
  await discardUnfinishedImports(db)
  const known = await findStatements(db, identities)
  const importId = newId('sti', now)
  await beginImport(db, {
    id: importId,
    digest,
    format: file.format,
    statements: 0,
    lines: 0,
    importedBy: provenance.actor,
    startedAt: now,
  })
  try {
    const contents = file.statements.map((): Content => ({ hash: createHash('sha256'), lines: 0 }))
    const lines = await storeLines(db, importId, file, { known, contents, day: dayOf(now), onProgress, signal })
    const statements = newStatements(file.statements, identities, known, contents)
    await finish(db, importId, { file, statements, lines }, provenance)
    return { statements: statements.length, lines, knownStatements: known.size }
  } catch (error) {
    // Where this fails as well, the next import does it.
    await discardUnfinishedImports(db).catch(() => undefined)
    throw error
  }
}

/**
 * Of CSV, the content does not say whose it is: two accounts may have the same day. Nor does it say how many of its rows are
 * lines: with others left out, it is not the file of before, and its statements are looked at again.
 */
function digestOf(
  { format, digest, skippedRows = 0 }: StatementFile,
  identities: readonly StatementIdentity[],
): string {
  if (format !== 'CSV') return digest
  const read = skippedRows === 0 ? identities : { identities, skippedRows }
  return createHash('sha256').update(digest).update(JSON.stringify(read)).digest('hex')
}

/** What was read of a statement so far, and how many lines of it were stored. */
type Content = { readonly hash: Hash; lines: number }

type Storing = Pick<ImportOptions, 'onProgress' | 'signal'> & {
  readonly known: ReadonlyMap<number, string>
  readonly contents: readonly Content[]
  readonly day: string
}

/**
 * Stores the lines of the statements that are not known, and adds each line to the digest of its statement. That is of the
 * lines as they are read: those of before, which stored the charges of a batch as one, are known by theirs.
 */
async function storeLines(
  db: TenantDb,
  importId: Id<'sti'>,
  file: StatementFile,
  { known, contents, day, onProgress, signal }: Storing,
): Promise<number> {
  const placeOf = statementPlaces(file)
  let [stored, read] = [0, 0]
  let batch: StoredLine[] = []
  const store = async () => {
    if (signal?.aborted) throw new ImportFault('INTERRUPTED', 'The import was interrupted; nothing of it was stored.')
    if (batch.length > 0) await insertStatementLines(db, importId, batch)
    stored += batch.length
    batch = []
    onProgress?.(read)
  }
  for await (const line of file.read()) {
    const place = placeOf(line)
    const summary = file.statements[place]
    const [number, closingDay] = [place + 1, summary?.balances?.closing.date ?? day]
    const row = storedLine(line, number, closingDay)
    const content = contents[place]
    content?.hash.update(contentOf({ ...row, mentions: mentionsOf(line) }, line.bookingDate))
    read += 1
    const apart = chargesApart(line)?.map((charge) => ({ ...storedLine(charge, number, closingDay), isCharge: true }))
    if (!known.has(place)) refuseAhead(line, row.bookedOn, closingDay > day ? closingDay : day)
    const rows = known.has(place) ? [] : (apart ?? [row])
    if (content !== undefined) content.lines += rows.length
    for (const each of rows) {
      batch.push(comparable(each))
      if (batch.length === IMPORT_BATCH) await store()
    }
    if (read % IMPORT_BATCH === 0) await store()
  }
  await store()
  return stored
}

/** After a statement, and after today: banks book for the next business day, and no further than that. */
const AHEAD_MAX_DAYS = 31

/** @throws ImportFault BOOKED_AHEAD */
function refuseAhead({ account, statementId, entry, position }: StatementLine, bookedOn: string, day: string): void {
  if (bookedOn <= addDays(day, AHEAD_MAX_DAYS)) return
  const statement = `statement ${statementId} of account ${account} (line ${position.line})`
  throw new ImportFault('BOOKED_AHEAD', `Entry ${entry} of ${statement} is booked on ${bookedOn}.`)
}

/** A digest is of what the bank wrote: statements that were stored as it wrote them are known by theirs. */
const comparable = ({ counterpartyAccount, ...row }: StoredLine): StoredLine => ({
  ...row,
  counterpartyAccount: counterpartyAccount === null ? null : accountKey(counterpartyAccount),
})

/**
 * What of a line is of its statement, and neither of its place in a file nor of the day of the import. What else comes to be
 * stored of a line is left out: with it, no statement would be known that was stored before.
 */
function contentOf(row: StoredLine, bookingDate: string | undefined): string {
  const { account, entry, status, valueOn, currency, isReversal, references, mentions, bankReference, lookup } = row
  const { remittance, counterpartyName, counterpartyAccount } = row
  const minor = { amountMinor: String(row.amountMinor), chargesMinor: String(row.chargesMinor) }
  const before = {
    account,
    entry,
    status,
    valueOn,
    ...minor,
    currency,
    isReversal,
    references,
    mentions,
    bankReference,
  }
  return `${JSON.stringify([bookingDate, { ...before, lookup, remittance, counterpartyName, counterpartyAccount }])}\n`
}

/**
 * Tells of each line, in the order of the file, which statement it is of: those of CSV mix accounts and currencies, the
 * others do not.
 */
function statementPlaces({ format, statements }: StatementFile): (line: StatementLine) => number {
  if (format === 'CSV') {
    const key = (account: string, currency: string | undefined) => `${currency} ${account}`
    const places = new Map(statements.map(({ account, currency }, place) => [key(account, currency), place]))
    return ({ account, amount }) => places.get(key(account, amount.currency)) ?? -1
  }
  let [place, left] = [-1, 0]
  return () => {
    while (left === 0 && place < statements.length) {
      place += 1
      left = statements[place]?.lines ?? 0
    }
    left -= 1
    return place
  }
}

function newStatements(
  summaries: readonly StatementSummary[],
  identities: readonly StatementIdentity[],
  known: ReadonlyMap<number, string>,
  contents: readonly Content[],
): NewStatement[] {
  return summaries.flatMap((summary, place) => {
    const identity = identities[place]
    const content = contents[place]
    if (identity === undefined || content === undefined) throw new Error('A statement has no identity.')
    const contentDigest = content.hash.digest('hex')
    const digest = known.get(place)
    if (digest !== undefined && digest !== contentDigest)
      throw new ImportFault(
        'STATEMENT_CHANGED',
        `Statement ${summary.statementId} of account ${summary.account} (line ${summary.position.line}) was imported with other lines.`,
      )
    if (digest !== undefined) return []
    const { balances, entries } = summary
    return {
      ...identity,
      number: place + 1,
      openingMinor: balances?.opening.amount.minor ?? null,
      closingMinor: balances?.closing.amount.minor ?? null,
      entries,
      lines: content.lines,
      contentDigest,
    }
  })
}

type Finished = { readonly file: StatementFile; readonly statements: readonly NewStatement[]; readonly lines: number }

function finish(
  db: TenantDb,
  importId: Id<'sti'>,
  { file, statements, lines }: Finished,
  { now, ...by }: Provenance,
): Promise<void> {
  return inTransaction(db, async (tx) => {
    if (!(await finishImport(tx, importId, { statements, lines, now })))
      throw new ImportFault('INTERRUPTED', 'Another import took this one for dead; nothing of it was stored.')
    await appendToJournal(tx, {
      aggregate: { type: 'statement_import', id: importId },
      version: 1,
      ...eventOf('statement_import.completed', {
        importId,
        digest: file.digest,
        format: file.format,
        statements: statements.length,
        lines,
        at: now.toISOString(),
      }),
      ...by,
      occurredAt: now,
    })
  })
}
