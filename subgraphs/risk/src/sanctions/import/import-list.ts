import { createHash } from 'node:crypto'
import { databaseOf, type TenantDb, type Tx } from '@carriergraph/shared/db/pools.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { SanctionsListRow } from '../../db/tables/sanctions-list.ts'
import { eventOf } from '../../events.ts'
import { insertList, insertNames, insertWords, keysOf, type NewName, removeNamesNotOf } from '../db/import.ts'
import { findListInForce } from '../db/lists.ts'
import { areWordsCounted } from '../db/words.ts'
import { wordsOf } from '../matching/name.ts'
import { SanctionsFileFault } from './fault.ts'
import { asOnlyImport, type Pause, type Step } from './only-import.ts'
import { type EntryName, readEntries } from './read-entries.ts'

/** Names of one transaction: it takes a tenth of a second, and streams of events wait for the oldest one that is running. */
export const BATCH_NAMES_MAX = 1_000

/** Words of one transaction: as many as a batch of names has keys. */
const BATCH_WORDS_MAX = 10_000

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
  /** Between two looks at whether another import of the tenant has ended. */
  readonly pause?: Pause
}

type Counted = Pick<SanctionsListRow, 'digest' | 'entryCount' | 'nameCount'>

/**
 * Replaces the sanctions list. Its names are stored in many short transactions, where no search sees them, and the last one
 * brings them into force: names are screened against one version or the other, each of them whole. Where an import fails or
 * dies the version before stays, and what was stored is removed, at the latest by the next import. The list in force,
 * imported again, changes nothing. Two of one tenant come one after the other.
 * @throws SanctionsFileFault where the content is no list; SanctionsImportFault where another import kept it from its end
 */
export async function importSanctionsList(
  db: TenantDb,
  content: AsyncIterable<Uint8Array>,
  provenance: Provenance,
  { progress = () => undefined, mayShrink = false, pause }: ImportOptions = {},
): Promise<ImportedList> {
  return asOnlyImport(db, provenance.now, pause, async (step) => {
    const inForce = await removeNamesNotInForce(step)
    const version = (inForce?.version ?? 0) + 1
    try {
      const counted = await storeNames(step, version, content, progress)
      // One that was imported before words were counted is taken again.
      if (inForce?.digest === counted.digest && (await step(areWordsCounted))) return { list: inForce, isNew: false }
      refuseShrunk(counted.entryCount, inForce?.entryCount ?? 0, mayShrink)
      return { list: await step((tx) => bringIntoForce(tx, { version, ...counted }, provenance)), isNew: true }
    } finally {
      await removeNamesNotInForce(step).catch((error: unknown) =>
        databaseOf(db).log.warn(
          { err: error },
          'names of a sanctions list that is not in force are left to the next import',
        ),
      )
    }
  })
}

async function storeNames(
  step: Step,
  version: number,
  content: AsyncIterable<Uint8Array>,
  progress: (names: number) => void,
): Promise<Counted> {
  const hash = createHash('sha256')
  let entryCount = 0
  let nameCount = 0
  const entriesOfWords = new Map<string, number>()
  const waiting: NewName[] = []
  const storeBatch = async () => {
    const batch = waiting.splice(0, BATCH_NAMES_MAX)
    // Reading them takes as long as storing them, and need not be done in the transaction.
    const keys = keysOf(batch)
    await step((tx) => insertNames(tx, version, batch, keys))
    progress(nameCount - waiting.length)
  }
  for await (const entries of readEntries(hashed(content, hash))) {
    for (const { id, program, names } of entries) {
      const entryName = names[0]?.name ?? ''
      for (const name of names) waiting.push({ ordinal: nameCount++, entryId: id, entryName, program, ...name })
      for (const word of differentWords(names)) entriesOfWords.set(word, (entriesOfWords.get(word) ?? 0) + 1)
      entryCount += 1
      while (waiting.length >= BATCH_NAMES_MAX) await storeBatch()
    }
  }
  if (waiting.length > 0) await storeBatch()
  const words = [...entriesOfWords]
  for (let at = 0; at < words.length; at += BATCH_WORDS_MAX)
    await step((tx) => insertWords(tx, version, words.slice(at, at + BATCH_WORDS_MAX)))
  return { digest: hash.digest('hex'), entryCount, nameCount }
}

/** The different words of an entry: one that several of its names have counts once. */
const differentWords = (names: readonly EntryName[]): ReadonlySet<string> =>
  new Set(names.flatMap(({ name }) => wordsOf(name)))

async function bringIntoForce(
  tx: Tx,
  counted: Counted & { readonly version: number },
  { now, ...by }: Provenance,
): Promise<SanctionsListRow> {
  const list = await insertList(tx, { ...counted, importedBy: by.actor, importedAt: now })
  await appendToJournal(tx, {
    aggregate: { type: 'sanctions_list', id: 'in_force' },
    version: counted.version,
    ...eventOf('sanctions_list.imported', { ...counted, at: now.toISOString() }),
    ...by,
    occurredAt: now,
  })
  return list
}

/** @returns the version in force, which cannot change while this import is the only one */
async function removeNamesNotInForce(step: Step): Promise<SanctionsListRow | null> {
  const inForce = await step(findListInForce)
  let isDone = false
  while (!isDone) isDone = await step((tx) => removeNamesNotOf(tx, inForce?.version ?? 0))
  return inForce
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
