import { createHash } from 'node:crypto'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { SanctionsListRow } from '../../db/tables/sanctions-list.ts'
import { eventOf } from '../../events.ts'
import { dropNamesBefore, insertList, insertNames, lockLists, type NewName } from '../db/import.ts'
import { findListInForce } from '../db/lists.ts'
import { SanctionsFileFault } from './fault.ts'
import { readEntries } from './read-entries.ts'

/** Names of one statement: it takes a tenth of a second. */
const STATEMENT_NAMES_MAX = 1_000

export type ImportedList = {
  readonly list: SanctionsListRow
  /** False where this list was in force already: nothing was done. */
  readonly isNew: boolean
}

export type ImportOptions = {
  /** Is told how many names are stored. */
  readonly progress?: (names: number) => void
  /** Whether it may have less than half of the entries of the list in force. */
  readonly mayShrink?: boolean
}

/** Rolls an import back that turned out, at its last byte, to be of the list in force. */
class Unchanged extends Error {
  readonly list: SanctionsListRow

  constructor(list: SanctionsListRow) {
    super('This list is in force.')
    this.list = list
  }
}

/**
 * Replaces the sanctions list in one transaction: until it ends, names are screened against the one before, and where it
 * fails, that one stays. The list in force, imported again, changes nothing.
 * @throws SanctionsFileFault where the content is no list
 */
export async function importSanctionsList(
  db: TenantDb,
  content: AsyncIterable<Uint8Array>,
  provenance: Provenance,
  options: ImportOptions = {},
): Promise<ImportedList> {
  try {
    return { list: await inTransaction(db, (tx) => replace(tx, content, provenance, options)), isNew: true }
  } catch (error) {
    if (error instanceof Unchanged) return { list: error.list, isNew: false }
    throw error
  }
}

async function replace(
  tx: Tx,
  content: AsyncIterable<Uint8Array>,
  { now, ...by }: Provenance,
  { progress = () => undefined, mayShrink = false }: ImportOptions,
): Promise<SanctionsListRow> {
  await lockLists(tx)
  const inForce = await findListInForce(tx)
  const version = (inForce?.version ?? 0) + 1
  const hash = createHash('sha256')
  let entryCount = 0
  let nameCount = 0
  let waiting: NewName[] = []
  const store = async () => {
    await insertNames(tx, version, waiting)
    waiting = []
    progress(nameCount)
  }
  for await (const entries of readEntries(hashed(content, hash))) {
    for (const { id, program, names } of entries) {
      const [entryName = ''] = names
      for (const name of names) waiting.push({ ordinal: nameCount++, entryId: id, entryName, program, name })
      entryCount += 1
      if (waiting.length >= STATEMENT_NAMES_MAX) await store()
    }
  }
  await store()
  const digest = hash.digest('hex')
  if (inForce?.digest === digest) throw new Unchanged(inForce)
  refuseShrunk(entryCount, inForce?.entryCount ?? 0, mayShrink)
  const list = await insertList(tx, { version, digest, entryCount, nameCount, importedBy: by.actor, importedAt: now })
  await dropNamesBefore(tx, version)
  await appendToJournal(tx, {
    aggregate: { type: 'sanctions_list', id: 'in_force' },
    version,
    ...eventOf('sanctions_list.imported', { version, digest, entryCount, nameCount, at: now.toISOString() }),
    ...by,
    occurredAt: now,
  })
  return list
}

/** A file that was cut off between two lines looks like a whole one, and would take the rest of the names off the list. */
function refuseShrunk(entryCount: number, inForceCount: number, mayShrink: boolean): void {
  if (mayShrink || entryCount * 2 >= inForceCount) return
  const reason = `It has ${entryCount} entries, and the list in force ${inForceCount}.`
  throw new SanctionsFileFault('LIST_SHRUNK', null, reason)
}

async function* hashed(content: AsyncIterable<Uint8Array>, hash: { update(chunk: Uint8Array): unknown }) {
  for await (const chunk of content) {
    hash.update(chunk)
    yield chunk
  }
}
